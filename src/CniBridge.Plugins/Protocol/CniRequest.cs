using CniBridge.Linux;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.Protocol;

/// <summary>One call of a plugin with checked environment and names. The plugin reads the configuration.</summary>
public sealed record CniRequest
{
    public required CniEnvironment Environment { get; init; }

    /// <summary>The network's name.</summary>
    public required string NetworkName { get; init; }

    /// <summary>The version of the configuration, one of <see cref="Protocol.CniVersion.Supported"/>.</summary>
    public required string Version { get; init; }

    /// <summary>The text from standard input.</summary>
    public required JsonText Config { get; init; }

    /// <summary>Returns the whole environment of the process, for a program that is executed with it.</summary>
    public required Func<IReadOnlyDictionary<string, string>> Variables { get; init; }

    /// <summary>The log for operators, which runtimes show in their own logs at most.</summary>
    public required TextWriter Log { get; init; }

    /// <summary>The duration of each phase.</summary>
    public PhaseTimes Phases { get; init; } = new();

    /// <summary>Opens the container's namespace, for verbs that require it.</summary>
    /// <exception cref="CniException">Code 4, with the path and the reason.</exception>
    public NetworkNamespace OpenNamespace()
    {
        try
        {
            return NetworkNamespace.Open(Environment.NetworkNamespace);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new CniException(CniErrorCode.InvalidEnvironment,
                $"failed to open netns \"{Environment.NetworkNamespace}\": {e.Message}", "CNI_NETNS");
        }
    }

    /// <summary>
    /// Opens the container's namespace. Returns null if the namespace is gone, was not named, or is another kind of file.
    /// </summary>
    public NetworkNamespace? TryOpenNamespace() =>
        Environment.NetworkNamespace.Length == 0 ? null : NetworkNamespace.TryOpen(Environment.NetworkNamespace);

    /// <summary>
    /// Returns the namespace's path for a record, which calls from other working directories read. Empty where the request names none.
    /// </summary>
    internal string RecordedNamespacePath => Environment.NetworkNamespace is [not '/', ..] relative
        ? Path.Combine(Directory.GetCurrentDirectory(), relative)
        : Environment.NetworkNamespace;

    /// <summary>Returns the same request without a namespace, also for an IPAM plugin that is run with its variables.</summary>
    internal CniRequest WithoutNamespace() => this with
    {
        Environment = Environment with { NetworkNamespace = "" },
        Variables = () => new Dictionary<string, string>(Variables(), StringComparer.Ordinal) { ["CNI_NETNS"] = "" },
    };

    /// <summary>Creates a request for reading a configuration outside the protocol, without an attachment.</summary>
    /// <param name="network">The name of the network.</param>
    /// <param name="version">The version of the configuration.</param>
    /// <param name="config">The configuration of one plugin as JSON.</param>
    internal static CniRequest ForReading(string network, string version, byte[] config) => new()
    {
        Environment = new CniEnvironment { CommandName = "STATUS" },
        NetworkName = network,
        Version = version,
        Config = new JsonText(config),
        Variables = static () => new Dictionary<string, string>(),
        Log = TextWriter.Null,
    };

    public Attachment Attachment => new(NetworkName, Environment.ContainerId, Environment.InterfaceName);
}

/// <summary>A container interface in a network, which ADD creates and DEL removes.</summary>
public sealed record Attachment(string Network, string ContainerId, string InterfaceName);

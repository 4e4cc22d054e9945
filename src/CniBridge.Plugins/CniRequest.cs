using CniBridge.Linux;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>One call of a plugin, its environment and names checked; the configuration is for the plugin to read.</summary>
public sealed record CniRequest
{
    public required CniEnvironment Environment { get; init; }

    /// <summary>The network's name.</summary>
    public required string NetworkName { get; init; }

    /// <summary>The configuration's version, one of <see cref="Protocol.CniVersion.Supported"/>.</summary>
    public required string Version { get; init; }

    /// <summary>What came by standard input.</summary>
    public required JsonText Config { get; init; }

    /// <summary>The process's whole environment, for a program that is run with it; asked for only then.</summary>
    public required Func<IReadOnlyDictionary<string, string>> Variables { get; init; }

    /// <summary>For what a person may want to know; runtimes show it at most in their logs.</summary>
    public required TextWriter Log { get; init; }

    /// <summary>How long each part of the work takes.</summary>
    public PhaseTimes Phases { get; init; } = new();

    /// <summary>The container's namespace, for verbs that cannot do without.</summary>
    /// <exception cref="CniException">Code 4, naming the path and what is wrong with it.</exception>
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

    /// <summary>Null when the namespace is gone, was never named, or something else lies at its path.</summary>
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

    /// <summary>Of nobody: for who reads a configuration without a call of the protocol.</summary>
    /// <param name="config">One plugin's, as JSON.</param>
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

/// <summary>A container's interface in a network: what ADD makes and DEL removes.</summary>
public sealed record Attachment(string Network, string ContainerId, string InterfaceName);

using CniBridge.Plugins.Operations;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The CNI_ variables of a call, checked against the table of who needs what (CNI specification, "Parameters"; the order
/// and the texts are those of the reference implementation, for runtimes print them).
/// </summary>
public sealed record CniEnvironment
{
    /// <summary>As given; may be no verb at all.</summary>
    public required string CommandName { get; init; }
    public string ContainerId { get; init; } = "";

    /// <summary>Path of the container's network namespace; may be empty on DEL.</summary>
    public string NetworkNamespace { get; init; } = "";
    public string InterfaceName { get; init; } = "";

    /// <summary>See <see cref="CniArgs"/>.</summary>
    public string Args { get; init; } = "";

    /// <summary>Directories with plugins, between colons.</summary>
    public string Path { get; init; } = "";

    /// <summary>The caller knows what it does when it names the plugin's own namespace (CNI_NETNS_OVERRIDE).</summary>
    public bool MayUseOwnNamespace { get; init; }

    const CniCommand Attachment = CniCommand.Add | CniCommand.Del | CniCommand.Check;
    const CniCommand All = (CniCommand)~0;

    sealed record Variable(string Name, CniCommand RequiredBy, Action<string>? Validate = null);

    static readonly Variable[] s_variables =
    [
        new("CNI_COMMAND", All),
        new("CNI_CONTAINERID", Attachment, CniName.CheckContainerId),
        new("CNI_NETNS", CniCommand.Add | CniCommand.Check, RefuseUnprintable),
        new("CNI_IFNAME", Attachment, CniName.CheckInterfaceName),
        new("CNI_ARGS", CniCommand.None),
        new("CNI_PATH", Attachment | CniCommand.Gc | CniCommand.Status),
        new("CNI_NETNS_OVERRIDE", CniCommand.None),
    ];

    /// <summary>All that is read of a process's environment.</summary>
    public static string[] GetNames() => [.. Array.ConvertAll(s_variables, variable => variable.Name), OperationRecorder.TraceVariable];

    /// <exception cref="CniException">Code 4: a bad value at once, all missing variables together.</exception>
    public static CniEnvironment Read(IReadOnlyDictionary<string, string> variables)
    {
        var commandName = variables.GetValueOrDefault("CNI_COMMAND", "");
        var command = CniVerb.Find(commandName)?.Command ?? CniCommand.None;
        var missing = new List<string>();
        foreach (var variable in s_variables)
        {
            var value = variables.GetValueOrDefault(variable.Name, "");
            var isRequired = variable.RequiredBy == All || (variable.RequiredBy & command) != 0;
            // Empty is unset.
            if (value.Length == 0 && isRequired)
                missing.Add(variable.Name);
            else if (value.Length > 0 && isRequired)
                variable.Validate?.Invoke(value);
        }
        if (missing.Count > 0)
        {
            throw new CniException(CniErrorCode.InvalidEnvironment,
                $"required env variables [{string.Join(',', missing)}] missing");
        }
        return From(commandName, variables);
    }

    static CniEnvironment From(string commandName, IReadOnlyDictionary<string, string> variables) => new()
    {
        CommandName = commandName,
        ContainerId = variables.GetValueOrDefault("CNI_CONTAINERID", ""),
        NetworkNamespace = variables.GetValueOrDefault("CNI_NETNS", ""),
        InterfaceName = variables.GetValueOrDefault("CNI_IFNAME", ""),
        Args = variables.GetValueOrDefault("CNI_ARGS", ""),
        Path = variables.GetValueOrDefault("CNI_PATH", ""),
        MayUseOwnNamespace = variables.GetValueOrDefault("CNI_NETNS_OVERRIDE", "").ToUpperInvariant() is "1" or "TRUE",
    };

    static void RefuseUnprintable(string path)
    {
        if (CniName.Has(path, char.IsControl))
            throw new CniException(CniErrorCode.InvalidEnvironment, "CNI_NETNS contains control characters", path);
    }
}

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The CNI_ variables of a call, checked against the table of required variables (CNI specification, "Parameters"). The order and
/// the texts are those of the reference implementation, because runtimes print them.
/// </summary>
public sealed record CniEnvironment
{
    /// <summary>
    /// The variable with the caller's span, if it sets one (OpenTelemetry, "Environment Variables as Context Propagation Carriers").
    /// </summary>
    internal const string TraceVariable = "TRACEPARENT";

    /// <summary>CNI_COMMAND as given; it may be no known verb.</summary>
    public required string CommandName { get; init; }
    public string ContainerId { get; init; } = "";

    /// <summary>The path of the container's network namespace; may be empty on DEL.</summary>
    public string NetworkNamespace { get; init; } = "";
    public string InterfaceName { get; init; } = "";

    /// <summary>CNI_ARGS as given; <see cref="CniArgs"/> parses it.</summary>
    public string Args { get; init; } = "";

    /// <summary>Directories with plugins, between colons.</summary>
    public string Path { get; init; } = "";

    /// <summary>True if the caller allows the plugin's own namespace (CNI_NETNS_OVERRIDE).</summary>
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

    /// <summary>Returns the names of all variables that a call reads.</summary>
    public static string[] GetNames() => [.. Array.ConvertAll(s_variables, variable => variable.Name), TraceVariable];

    /// <summary>Reads and checks the variables.</summary>
    /// <exception cref="CniException">Code 4: an invalid value is reported at once, missing variables are reported together.</exception>
    public static CniEnvironment Read(IReadOnlyDictionary<string, string> variables)
    {
        var commandName = variables.GetValueOrDefault("CNI_COMMAND", "");
        var command = CniVerb.Find(commandName)?.Command ?? CniCommand.None;
        var missing = new List<string>();
        foreach (var variable in s_variables)
        {
            var value = variables.GetValueOrDefault(variable.Name, "");
            var isRequired = variable.RequiredBy == All || (variable.RequiredBy & command) != 0;
            // An empty variable counts as missing.
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

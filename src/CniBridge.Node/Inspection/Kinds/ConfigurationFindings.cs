namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of the configuration directory.</summary>
static class ConfigurationFindings
{
    internal static readonly FindingKind ConfigurationMissing = new("conf-missing", Severity.Error,
        "There is no network configuration in {DIRECTORY}",
        "No runtime starts a pod with a network, and the node stays NotReady",
        "{PROGRAM} conf init --path {DIRECTORY}/10-cni-bridge.conflist");

    internal static readonly FindingKind ConfigurationInvalid = new("conf-invalid", Severity.Error,
        "{FILE} is not valid: {REASON}",
        "containerd stops at the first file that it cannot use and has no network; CRI-O goes on to the next file",
        "mv {FILE} {FILE}.invalid");

    internal static readonly FindingKind ConfigurationMisnamed = new("conf-misnamed", Severity.Error,
        "{FILE} holds a {KIND}, and its name does not end in {EXTENSION}",
        "Runtimes decide by the name how they read a file, and refuse this one",
        "mv {FILE} {NEW}");

    internal static readonly FindingKind ConfigurationShadowed = new("conf-shadowed", Severity.Error,
        "Runtimes take {FIRST}, whose name comes before that of {FILE}",
        "Pods get another network than this one",
        "mv {FIRST} {FIRST}.disabled");

    internal static readonly FindingKind ConfigurationIgnored = new("conf-ignored", Severity.Warning,
        "{FILE} is not taken: the name of {FIRST} comes first",
        "A runtime takes one file; who changes this one changes nothing",
        "mv {FILE} {FILE}.disabled");

    internal static readonly FindingKind ConfigurationWritable = new("conf-writable", Severity.Error,
        "{FILE} can be written by others than its owner (mode {MODE})",
        "Who writes it has programs of their choice run by root",
        "chmod go-w {FILE}");

    internal static readonly FindingKind PortMapWithoutCapability = new("portmap-without-capability", Severity.Error,
        "portmap in {FILE} has no \"capabilities\": {\"portMappings\": true}",
        "Runtimes give it no host ports: hostPort of a pod does nothing, unnoticed",
        "vi {FILE}");

    internal static readonly FindingKind[] All =
    [
        ConfigurationMissing, ConfigurationInvalid, ConfigurationMisnamed, ConfigurationShadowed, ConfigurationIgnored,
        ConfigurationWritable, PortMapWithoutCapability,
    ];
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about the configuration directory.</summary>
static class ConfigurationFindings
{
    internal static readonly FindingKind ConfigurationMissing = new("conf-missing", Severity.Error,
        "There is no network configuration in {DIRECTORY}",
        "The runtime cannot start pods that need a network, and the node stays NotReady",
        "{PROGRAM} conf init --path {DIRECTORY}/10-cni-bridge.conflist");

    internal static readonly FindingKind ConfigurationInvalid = new("conf-invalid", Severity.Error,
        "{FILE} is not valid: {REASON}",
        "containerd stops at the first invalid file and has no pod network; CRI-O tries the next file",
        "mv {FILE} {FILE}.invalid");

    internal static readonly FindingKind ConfigurationMisnamed = new("conf-misnamed", Severity.Error,
        "{FILE} contains a {KIND}, but its name does not end in {EXTENSION}",
        "Runtimes choose the format by the file extension, so they reject this file",
        "mv {FILE} {NEW}");

    internal static readonly FindingKind ConfigurationShadowed = new("conf-shadowed", Severity.Error,
        "Runtimes use {FIRST} instead of {FILE}, because its name sorts first",
        "Pods are attached to another network than the one in this file",
        "mv {FIRST} {FIRST}.disabled");

    internal static readonly FindingKind ConfigurationIgnored = new("conf-ignored", Severity.Warning,
        "Runtimes ignore {FILE}, because the name of {FIRST} sorts first",
        "A runtime uses one file only, so changes to this file have no effect",
        "mv {FILE} {FILE}.disabled");

    internal static readonly FindingKind ConfigurationWritable = new("conf-writable", Severity.Error,
        "Users other than the owner can write to {FILE} (mode {MODE})",
        "A user who can change the file can run any program as root",
        "chmod go-w {FILE}");

    internal static readonly FindingKind PortMapWithoutCapability = new("portmap-without-capability", Severity.Error,
        "portmap in {FILE} has no \"capabilities\": {\"portMappings\": true}",
        "Runtimes pass no host ports to portmap, so hostPort has no effect and no error is reported",
        "vi {FILE}");

    internal static readonly FindingKind[] All =
    [
        ConfigurationMissing, ConfigurationInvalid, ConfigurationMisnamed, ConfigurationShadowed, ConfigurationIgnored,
        ConfigurationWritable, PortMapWithoutCapability,
    ];
}

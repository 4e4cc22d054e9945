namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about the configuration directory.</summary>
static class ConfigurationFindings
{
    /// <summary>Creates the finding that no file configures a network.</summary>
    /// <param name="command">Writes a configuration, or shows the pod CIDRs that it needs.</param>
    internal static Finding ConfigurationMissing(string directory, ShellCommand command) => Finding.Error("conf-missing",
        $"There is no network configuration in {directory}",
        "The runtime cannot start pods that need a network, and the node stays NotReady",
        command);

    internal static Finding ConfigurationInvalid(string file, string reason) => Finding.Error("conf-invalid",
        $"{file} is not valid: {reason}",
        "containerd stops at the first invalid file and has no pod network; CRI-O tries the next file",
        $"mv {file} {file}.invalid");

    internal static Finding ConfigurationMisnamed(string file, string kind, string extension, string newName) =>
        Finding.Error("conf-misnamed",
            $"{file} contains a {kind}, but its name does not end in {extension}",
            "Runtimes choose the format by the file extension, so they reject this file",
            $"mv {file} {newName}");

    internal static Finding ConfigurationShadowed(string file, string first) => Finding.Error("conf-shadowed",
        $"Runtimes use {first} instead of {file}, because its name sorts first",
        "Pods are attached to another network than the one in this file",
        $"mv {first} {first}.disabled");

    internal static Finding ConfigurationIgnored(string file, string first) => Finding.Warning("conf-ignored",
        $"Runtimes ignore {file}, because the name of {first} sorts first",
        "A runtime uses one file only, so changes to this file have no effect",
        $"mv {file} {file}.disabled");

    internal static Finding ConfigurationWritable(string file, UnixFileMode mode) => Finding.Error("conf-writable",
        $"Users other than the owner can write to {file} (mode {FindingWords.Octal(mode)})",
        "A user who can change the file can run any program as root",
        $"chmod go-w {file}");

    internal static Finding PortMapWithoutCapability(string file) => Finding.Error("portmap-without-capability",
        $$"""portmap in {{file}} has no "capabilities": {"portMappings": true}""",
        "Runtimes pass no host ports to portmap, so hostPort has no effect and no error is reported",
        $"vi {file}");
}

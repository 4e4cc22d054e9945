namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about plugin binaries.</summary>
static class PluginFindings
{
    internal static Finding PluginMissing(string name, string directory, string program) => Finding.Error("plugin-missing",
        $"The plugin {name} is missing in {directory}",
        "Pods of each network that uses the plugin cannot start",
        $"{program} install --bin-dir {directory}");

    internal static Finding OtherPluginMissing(string name, string directory) => Finding.Error("other-plugin-missing",
        $"The plugin {name} is missing in {directory}, and it is not part of cni-bridge",
        "Pods of each network that uses the plugin cannot start",
        $"cp -r /usr/lib/cni/{name} {directory}/");

    internal static Finding PluginDangling(string path, string target, string directory, string program) =>
        Finding.Error("plugin-dangling",
            $"{path} is a symbolic link to {target}, which does not exist",
            "Pods of each network that uses the plugin cannot start",
            $"{program} install --bin-dir {directory}");

    internal static Finding PluginNotExecutable(string path, UnixFileMode mode) => Finding.Error("plugin-not-executable",
        $"{path} is not executable (mode {FindingWords.Octal(mode)})",
        "Pods of each network that uses the plugin cannot start",
        $"chmod 755 {path}");

    internal static Finding PluginOfGo(IReadOnlyList<string> names, string directory, string program) => Finding.Warning("plugin-of-go",
        $"{string.Join(", ", names)} in {directory}: the Go plugin is installed, not cni-bridge",
        "Pods do not get the improvements of cni-bridge; in a chain with both, each plugin manages its own rules",
        $"{program} install --bin-dir {directory}");

    internal static Finding PluginOfOtherBuild(IReadOnlyList<string> names, string directory, string program) =>
        Finding.Warning("plugin-of-other-build",
            $"{string.Join(", ", names)} in {directory}: not the same program or build as {program}",
            "Runtimes run another program than the one that made this report",
            $"{program} install --bin-dir {directory}");

    internal static Finding PluginDamaged(IReadOnlyList<string> names, string directory, string reason, string program) =>
        Finding.Error("plugin-damaged",
            $"{string.Join(", ", names)} in {directory}: {reason}",
            "The plugin cannot start, so pods of each network that uses it cannot start",
            $"{program} install --bin-dir {directory}");

    internal static Finding PluginNotStatic(IReadOnlyList<string> names, string directory, string program) =>
        Finding.Warning("plugin-not-static",
            $"{string.Join(", ", names)} in {directory}: dynamically linked against shared libraries of the node",
            "The plugin may fail to start after an update of the node",
            $"{program} install --bin-dir {directory}");
}

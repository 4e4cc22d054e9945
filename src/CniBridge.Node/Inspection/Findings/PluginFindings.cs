namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about plugin binaries.</summary>
static class PluginFindings
{
    internal static readonly FindingKind PluginMissing = new("plugin-missing", Severity.Error,
        "The plugin {NAME} is missing in {DIRECTORY}",
        "Pods of each network that uses the plugin cannot start",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind OtherPluginMissing = new("other-plugin-missing", Severity.Error,
        "The plugin {NAME} is missing in {DIRECTORY}, and it is not part of cni-bridge",
        "Pods of each network that uses the plugin cannot start",
        "cp -r /usr/lib/cni/{NAME} {DIRECTORY}/");

    internal static readonly FindingKind PluginDangling = new("plugin-dangling", Severity.Error,
        "{PATH} is a symbolic link to {TARGET}, which does not exist",
        "Pods of each network that uses the plugin cannot start",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginNotExecutable = new("plugin-not-executable", Severity.Error,
        "{PATH} is not executable (mode {MODE})",
        "Pods of each network that uses the plugin cannot start",
        "chmod 755 {PATH}");

    internal static readonly FindingKind PluginOfGo = new("plugin-of-go", Severity.Warning,
        "{NAMES} in {DIRECTORY}: the Go plugin is installed, not cni-bridge",
        "Pods do not get the improvements of cni-bridge; in a chain with both, each plugin manages its own rules",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginOfOtherBuild = new("plugin-of-other-build", Severity.Warning,
        "{NAMES} in {DIRECTORY}: not the same program or build as {PROGRAM}",
        "Runtimes run another program than the one that made this report",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginDamaged = new("plugin-damaged", Severity.Error,
        "{NAMES} in {DIRECTORY}: {REASON}",
        "The plugin cannot start, so pods of each network that uses it cannot start",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginNotStatic = new("plugin-not-static", Severity.Warning,
        "{NAMES} in {DIRECTORY}: dynamically linked against shared libraries of the node",
        "The plugin may fail to start after an update of the node",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind[] All =
    [
        PluginMissing, OtherPluginMissing, PluginDangling, PluginNotExecutable, PluginOfGo, PluginOfOtherBuild, PluginDamaged,
        PluginNotStatic,
    ];
}

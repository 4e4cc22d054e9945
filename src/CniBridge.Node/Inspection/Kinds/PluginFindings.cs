namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of the programs that runtimes run.</summary>
static class PluginFindings
{
    internal static readonly FindingKind PluginMissing = new("plugin-missing", Severity.Error,
        "There is no plugin {NAME} in {DIRECTORY}",
        "Every pod of a network that names it fails to start",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind OtherPluginMissing = new("other-plugin-missing", Severity.Error,
        "There is no plugin {NAME} in {DIRECTORY}, and it is none of ours",
        "Every pod of a network that names it fails to start",
        "cp -r /usr/lib/cni/{NAME} {DIRECTORY}/");

    internal static readonly FindingKind PluginDangling = new("plugin-dangling", Severity.Error,
        "{PATH} is a link to {TARGET}, which is not there",
        "Every pod of a network that names it fails to start",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginNotExecutable = new("plugin-not-executable", Severity.Error,
        "{PATH} cannot be executed (mode {MODE})",
        "Every pod of a network that names it fails to start",
        "chmod 755 {PATH}");

    internal static readonly FindingKind PluginOfGo = new("plugin-of-go", Severity.Warning,
        "{NAMES} in {DIRECTORY}: the Go plugin, not this program",
        "What this program does better is not done; with both in one chain some rules are each plugin's own",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginOfOtherBuild = new("plugin-of-other-build", Severity.Warning,
        "{NAMES} in {DIRECTORY}: another program, or another build, than {PROGRAM}",
        "What you see here is not what runtimes run",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginDamaged = new("plugin-damaged", Severity.Error,
        "{NAMES} in {DIRECTORY}: {REASON}",
        "It does not start: every pod of a network that names it fails",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind PluginNotStatic = new("plugin-not-static", Severity.Warning,
        "{NAMES} in {DIRECTORY}: a program that needs libraries of the node",
        "It may not start after the node's next update",
        "{PROGRAM} install --bin-dir {DIRECTORY}");

    internal static readonly FindingKind[] All =
    [
        PluginMissing, OtherPluginMissing, PluginDangling, PluginNotExecutable, PluginOfGo, PluginOfOtherBuild, PluginDamaged,
        PluginNotStatic,
    ];
}

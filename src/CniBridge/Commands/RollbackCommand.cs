using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Installation;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The command rollback: restores the plugins that the last installation replaced.</summary>
static class RollbackCommand
{
    internal static Command Rollback()
    {
        var output = new OutputOption();
        var binDir = SharedOptions.BinDir();
        var command = new Command("rollback",
            "Restore the plugins that the last install replaced. A second rollback restores the newer plugins.") { binDir };
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var directory = parsed.GetRequiredValue(binDir);
            var report = new PluginRollback(directory, PluginName.All).Run();
            OperatorCommands.Print(output.IsJson(parsed) ? Json(directory, report) : Text(directory, report));
            return ExitCode.Success;
        });
        return command;
    }

    static ScreenText Text(string directory, RollbackReport report) =>
        $"restored {(report.Version.Length > 0 ? report.Version : "the plugins from before cni-bridge")} in {directory}" +
        $"{(report.Changed.Count > 0 ? $": {string.Join(", ", report.Changed)}" : "")}\n";

    static ScreenText Json(string directory, RollbackReport report) => JsonOutput.Object(json =>
    {
        json.WriteString("directory", directory);
        json.WriteOptional("version", report.Version);
        json.WriteStrings("changed", report.Changed);
    });
}

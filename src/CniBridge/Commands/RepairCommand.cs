using System.CommandLine;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Commands;

/// <summary>repair: what somebody's flush took.</summary>
static class RepairCommand
{
    internal static Command Repair()
    {
        var output = new OutputOption();
        var command = new Command("repair",
            "Put back the nftables rules of all running pods that somebody flushed, and say which were missing.");
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var restored = new FirewallRepair().Run();
            OperatorCommands.Print(output.IsJson(parsed)
                ? JsonOutput.Object(json => json.WriteStrings("restored", restored))
                : restored.Count == 0 ? "nothing was missing\n" : $"put back:\n  {string.Join("\n  ", restored)}\n");
            return ExitCode.Fine;
        });
        return command;
    }
}

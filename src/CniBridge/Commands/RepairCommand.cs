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
                : Text(restored));
            return ExitCode.Fine;
        });
        return command;
    }

    static ScreenText Text(IReadOnlyList<string> restored)
    {
        if (restored.Count == 0)
            return $"nothing was missing\n";
        var text = new ScreenText().Append($"put back:\n");
        foreach (var one in restored)
            text.Append($"  {one}\n");
        return text;
    }
}

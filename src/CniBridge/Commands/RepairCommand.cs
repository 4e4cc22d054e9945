using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Firewall;

namespace CniBridge.Commands;

/// <summary>The command repair: restores nftables rules that another program deleted.</summary>
static class RepairCommand
{
    internal static Command Repair()
    {
        var output = new OutputOption();
        var command = new Command("repair",
            "Restore missing nftables rules of all running pods, for example after a flush, and print what was restored.");
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var restored = new FirewallRepair().Run();
            OperatorCommands.Print(output.IsJson(parsed)
                ? JsonOutput.Object(json => json.WriteStrings("restored", restored))
                : Text(restored));
            return ExitCode.Success;
        });
        return command;
    }

    static ScreenText Text(IReadOnlyList<string> restored)
    {
        if (restored.Count == 0)
            return $"nothing was missing\n";
        var text = new ScreenText().Append($"restored:\n");
        foreach (var one in restored)
            text.Append($"  {one}\n");
        return text;
    }
}

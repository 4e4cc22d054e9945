using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Node.Installation;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The command uninstall: restores the node's state from before the first installation.</summary>
sealed class UninstallCommand
{
    readonly OutputOption _output = new();

    readonly Option<string> _binDir = SharedOptions.BinDir();

    readonly Option<string> _confDir = SharedOptions.ConfDir();

    readonly Option<bool> _dryRun = SharedOptions.DryRun(
        "Print the steps without executing them. Exit with 2 if running pods require --force.");

    readonly Option<bool> _force = SharedOptions.Force("Uninstall even if running pods lose their network.");

    readonly Option<string?> _root = new("--root")
    {
        Description = "Directory with the root file system of the node, for a container in the node's network. [default: /]",
    };

    internal static Command Uninstall() => new UninstallCommand().Make();

    Command Make()
    {
        var command = new Command("uninstall",
            "Restore the node to its state before install: remove everything that belongs to cni-bridge, and restore the files that " +
            "install replaced.")
        {
            _binDir, _confDir, _dryRun, _force, _root,
        };
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_root) is { } root)
            RootDirectory.Change(root);
        var isDryRun = parsed.GetValue(_dryRun);
        var uninstallation = new Uninstallation(parsed.GetRequiredValue(_binDir), PluginName.All, parsed.GetRequiredValue(_confDir))
        {
            IsForced = parsed.GetValue(_force),
            IsDryRun = isDryRun,
        };
        var done = new List<UninstallationStep>();
        var isJson = _output.IsJson(parsed);
        var left = uninstallation.Run(step =>
        {
            done.Add(step);
            // Prints each step at once, because a later step may fail.
            if (!isJson)
                OperatorCommands.Print($"{(isDryRun ? "would " : "")}{WordOf(step.Verb, isDryRun)} {step.What}\n");
        });
        OperatorCommands.Print(isJson ? Json(isDryRun, done, left) : Text(done, left));
        if (uninstallation.Refusal is not { } refusal)
            return ExitCode.Success;
        OperatorCommands.Warn($"uninstall would refuse: {refusal}");
        return ExitCode.Findings;
    }

    static string WordOf(UninstallationVerb verb, bool isDryRun) => verb switch
    {
        UninstallationVerb.Remove => isDryRun ? "remove" : "removed",
        UninstallationVerb.PutBack => "put back",
        _ => "set",
    };

    static ScreenText Text(List<UninstallationStep> done, IReadOnlyList<LeftAlone> left)
    {
        var text = new ScreenText();
        if (done.Count == 0)
            text.Append($"nothing to uninstall\n");
        foreach (var one in left)
            text.Append($"left {one.What}: {one.Why}\n");
        return text;
    }

    static ScreenText Json(bool isDryRun, List<UninstallationStep> done, IReadOnlyList<LeftAlone> left) => JsonOutput.Object(json =>
    {
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteStartArray("steps");
        foreach (var step in done)
        {
            json.WriteStartObject();
            json.WriteString("verb", WordOf(step.Verb, isDryRun: true));
            json.WriteString("what", step.What);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("left");
        foreach (var one in left)
        {
            json.WriteStartObject();
            json.WriteString("what", one.What);
            json.WriteString("why", one.Why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}

using System.CommandLine;
using System.Text;

namespace CniBridge.Commands;

/// <summary>reference: all commands, made of their definitions; docs/commands.md and docs/cni-bridge.8 are what it prints.</summary>
static class ReferenceCommand
{
    internal static Command Reference(RootCommand root)
    {
        var format = new Argument<string>("format") { Description = "markdown or man." };
        format.AcceptOneOf("markdown", "man");
        var command = new Command("reference", "Print the reference of all commands.") { format };
        command.Hidden = true;
        command.SetReportedAction(parsed =>
        {
            OperatorCommands.Print(ScreenText.Document(parsed.GetRequiredValue(format) == "man" ? ToMan(root) : ToMarkdown(root)));
            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>Those that do something, with all their words.</summary>
    internal static IEnumerable<(string Words, Command Command)> CommandsOf(Command parent, string words = "")
    {
        foreach (var command in parent.Subcommands)
        {
            var own = words.Length == 0 ? command.Name : $"{words} {command.Name}";
            if (command.Hidden)
                continue;
            if (command.Subcommands.Count == 0)
                yield return (own, command);
            foreach (var inner in CommandsOf(command, own))
                yield return inner;
        }
    }

    static string UsageOf(string words, Command command)
    {
        var usage = new StringBuilder($"cni-bridge {words}");
        foreach (var argument in command.Arguments)
            usage.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
        return usage.Append(command.Options.Any(option => !option.Hidden) ? " [options]" : "").ToString();
    }

    static string NameOf(Option option) =>
        string.Join(", ", [.. option.Aliases.Order(StringComparer.Ordinal), option.Name]);

    static string ToMarkdown(RootCommand root)
    {
        var text = new StringBuilder(
            "# Commands\n\nMade by `cni-bridge reference markdown`; a test compares them. Exit codes: 0 fine, 1 error, 2 there is something to look at.\n");
        foreach (var (words, command) in CommandsOf(root))
        {
            text.Append($"\n## {words}\n\n{command.Description}\n\n```\n{UsageOf(words, command)}\n```\n");
            if (command.Arguments.Count + command.Options.Count > 0)
                text.Append("\n| | |\n| --- | --- |\n");
            foreach (var argument in command.Arguments)
                text.Append($"| {argument.Name} | {Escape(argument.Description)} |\n");
            foreach (var option in command.Options.Where(option => !option.Hidden))
                text.Append($"| `{NameOf(option)}` | {Escape(option.Description)} |\n");
            if (Examples.Of(words) is { Length: > 0 } examples)
                text.Append($"\n```sh\n{string.Join('\n', examples)}\n```\n");
        }
        return text.ToString();
    }

    static string Escape(string? description) => (description ?? "").Replace("|", "\\|", StringComparison.Ordinal);

    static string ToMan(RootCommand root)
    {
        var text = new StringBuilder(
            $".TH CNI-BRIDGE 8\n.SH NAME\ncni-bridge \\- pod networking with a Linux bridge\n.SH SYNOPSIS\n.B cni-bridge\n.I command\n[options]\n" +
            $".SH DESCRIPTION\n{Roff(root.Description)}\n.SH COMMANDS\n");
        foreach (var (words, command) in CommandsOf(root))
        {
            text.Append($".SS {Roff(UsageOf(words, command))}\n{Roff(command.Description)}\n");
            foreach (var argument in command.Arguments)
                text.Append($".TP\n.I {Roff(argument.Name)}\n{Roff(argument.Description)}\n");
            foreach (var option in command.Options.Where(option => !option.Hidden))
                text.Append($".TP\n.B {Roff(NameOf(option))}\n{Roff(option.Description)}\n");
            foreach (var example in Examples.Of(words))
                text.Append($".PP\n.nf\n{Roff(example)}\n.fi\n");
        }
        return text.Append(".SH EXIT STATUS\n0 fine, 1 error, 2 there is something to look at\n").ToString();
    }

    /// <summary>A hyphen that is typed, and a line that must not begin as a request.</summary>
    static string Roff(string? text)
    {
        var escaped = (text ?? "").Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using CniBridge.Node.Inspection.Configurations;

namespace CniBridge.CommandLine;

/// <summary>The error messages for invalid command lines.</summary>
static class CommandLineErrors
{
    /// <summary>Prints the errors and the command that shows help. Returns the exit code.</summary>
    internal static int Report(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var message in MessagesOf(parsed, command))
            OperatorCommands.Warn(message);
        OperatorCommands.Warn($"see {WordsOf(parsed.CommandResult)} --help");
        return ExitCode.Error;
    }

    static IEnumerable<string> MessagesOf(ParseResult parsed, Command command)
    {
        // Only the unknown word: other errors, such as a missing argument, may be consequences of it.
        if (parsed.UnmatchedTokens is [var token, ..])
            return [DescribeUnknown(token, command)];
        if (command.Subcommands.Count > 0)
            return [$"a command is missing: {string.Join(", ", NamesOf(command.Subcommands))}"];
        return parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct();
    }

    static string DescribeUnknown(string token, Command command)
    {
        var isOption = token.StartsWith('-');
        if (!isOption && command.Subcommands.Count == 0)
            return $"unexpected argument \"{token}\"";
        var known = isOption ? command.Options.Where(option => !option.Hidden).Select(option => option.Name) : NamesOf(command.Subcommands);
        var meant = Spelling.FindNearest(token, [.. known]) is { } nearest ? $": did you mean {nearest}?" : "";
        return $"unknown {(isOption ? "option" : "command")} \"{token}\"{meant}";
    }

    static IEnumerable<string> NamesOf(IEnumerable<Command> commands) =>
        commands.Where(command => !command.Hidden).Select(command => command.Name);

    /// <summary>Returns the program and the names of the command, such as "cni-bridge ipam list".</summary>
    internal static string WordsOf(CommandResult result)
    {
        var words = new List<string>();
        for (SymbolResult? at = result; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            words.Insert(0, command.Command.Name);
        return string.Join(' ', [OperatorCommands.Program, .. words]);
    }
}

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
        if (parsed.UnmatchedTokens is [var token, ..] && !IsOptionOfMissingCommand(token, command))
            return [DescribeUnknown(token, command)];
        if (command.Subcommands.Count > 0)
            return [$"a command is missing: {string.Join(", ", NamesOf(command.Subcommands))}"];
        return parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct();
    }

    static bool IsOptionOfMissingCommand(string token, Command command) =>
        token.StartsWith('-') && command.Subcommands.Count > 0 && ArgumentOrder.FindOption(command, token) is not null;

    static string DescribeUnknown(string token, Command command)
    {
        var isOption = token.StartsWith('-');
        if (!isOption && command.Subcommands.Count == 0)
            return $"unexpected argument \"{token}\"";
        var known = isOption ? ArgumentOrder.AllOptions(command).Select(option => option.Name) : NamesOf(command.Subcommands);
        var word = isOption ? ArgumentOrder.NameOf(token) : token;
        var meant = Spelling.FindNearest(word, [.. known.Distinct()]) is { } nearest ? $": did you mean {nearest}?" : "";
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

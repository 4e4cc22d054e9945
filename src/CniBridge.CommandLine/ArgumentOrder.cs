using System.CommandLine;

namespace CniBridge.CommandLine;

/// <summary>
/// The order of arguments that the parser expects: commands first, then their options. Operators also type options before the command,
/// the word "help", and --version behind any command.
/// </summary>
static class ArgumentOrder
{
    const string Help = "help", HelpOption = "--help", VersionOption = "--version", ShortVersionOption = "-v", EndOfOptions = "--";

    /// <summary>Adds -v to the option --version.</summary>
    internal static void AddAliases(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option.Name == VersionOption)
                option.Aliases.Add(ShortVersionOption);
        }
    }

    /// <summary>Returns the arguments in the parser's order. Arguments with errors stay, so that the parser reports them.</summary>
    internal static string[] Arrange(RootCommand root, string[] arguments)
    {
        // A directive such as [suggest], which shells use for completion.
        if (arguments is [['[', ..], ..])
            return arguments;
        var line = new Line(root, arguments);
        if (line.AsksForVersion())
            return [VersionOption];
        if (line.AsksForHelp())
            return [.. line.Words, HelpOption];
        return line.Arrange();
    }

    /// <summary>Returns the option of a command, or of a command below it; null if there is none.</summary>
    internal static Option? FindOption(Command command, string argument)
    {
        var name = NameOf(argument);
        return AllOptions(command).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
    }

    /// <summary>Returns the name in an argument such as --name, --name=value or --name:value.</summary>
    internal static string NameOf(string argument) => argument.Split('=', ':')[0];

    /// <summary>Returns the visible options of a command and of all commands below it.</summary>
    internal static IEnumerable<Option> AllOptions(Command command) =>
        command.Options.Where(option => !option.Hidden).Concat(command.Subcommands.SelectMany(AllOptions));

    /// <summary>A command line, divided into command names, the options before the last of them, and the rest.</summary>
    sealed class Line
    {
        readonly List<string> _early = [];
        readonly string[] _rest;
        readonly Command _command;
        readonly bool _hasHelpWord;
        readonly bool _hasUnknownOption;

        internal Line(Command root, string[] arguments)
        {
            _command = root;
            var at = 0;
            for (; at < arguments.Length && _command.Subcommands.Count > 0 && arguments[at] != EndOfOptions; at++)
            {
                var argument = arguments[at];
                if (FindSubcommand(_command, argument) is { } found)
                {
                    _command = found;
                    Words.Add(argument);
                }
                else if (argument == Help)
                {
                    _hasHelpWord = true;
                }
                else if (argument is ['-', _, ..])
                {
                    _early.Add(argument);
                    _hasUnknownOption |= FindOption(_command, argument) is null;
                    if (at + 1 < arguments.Length && TakesValue(_command, argument, arguments[at + 1]))
                        _early.Add(arguments[++at]);
                }
                else
                {
                    break;
                }
            }
            _rest = arguments[at..];
        }

        /// <summary>The names of the commands.</summary>
        internal List<string> Words { get; } = [];

        internal bool AsksForVersion()
        {
            string[] all = [.. _early, .. _rest.TakeWhile(argument => argument != EndOfOptions)];
            for (var i = 0; i < all.Length; i++)
            {
                if (all[i] is VersionOption or ShortVersionOption && (i == 0 || !TakesValue(_command, all[i - 1], all[i])))
                    return true;
            }
            return false;
        }

        /// <summary>Tells whether the line has the word "help" in the place of a command. A container may have this name.</summary>
        internal bool AsksForHelp() => _hasHelpWord
            ? _command.Subcommands.Count == 0 || _rest.Length == 0
            : _command.Arguments.Count == 0 && _rest is [Help, ..];

        internal string[] Arrange()
        {
            // The parser reports the first unknown word.
            if (_hasUnknownOption)
                return [.. Words, .. _early, .. _rest];
            var end = Array.IndexOf(_rest, EndOfOptions);
            return end < 0 ? [.. Words, .. _rest, .. _early] : [.. Words, .. _rest[..end], .. _early, .. _rest[end..]];
        }

        static Command? FindSubcommand(Command command, string word) =>
            command.Subcommands.FirstOrDefault(one => one.Name == word || one.Aliases.Contains(word));

        static bool TakesValue(Command command, string argument, string next)
        {
            if (NameOf(argument) != argument || FindOption(command, argument) is not { } option || option is Option<bool>)
                return false;
            return option.Arity.MinimumNumberOfValues > 0
                || (option.Arity.MaximumNumberOfValues > 0 && next is not ['-', ..] && FindSubcommand(command, next) is null);
        }
    }
}

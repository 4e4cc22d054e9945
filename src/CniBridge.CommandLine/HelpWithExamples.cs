using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace CniBridge.CommandLine;

/// <summary>The option --help, which prints the examples of the command below the help of the library.</summary>
/// <param name="find">Returns the examples of a command by its name without the program, such as "ipam list".</param>
sealed class HelpWithExamples(HelpAction help, Func<string, string[]> find) : SynchronousCommandLineAction
{
    internal static void AddTo(RootCommand root, Func<string, string[]> find)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
                option.Action = new HelpWithExamples(help, find);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var examples = find(WordsOf(parseResult.CommandResult));
        if (examples.Length > 0)
            parseResult.InvocationConfiguration.Output.Write($"Examples:\n  {string.Join("\n  ", examples)}\n\n");
        return code;
    }

    static string WordsOf(CommandResult result) => string.Join(' ', CommandLineErrors.WordsOf(result).Split(' ').Skip(1));
}

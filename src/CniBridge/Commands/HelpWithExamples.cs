using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CniBridge.CommandLine;

namespace CniBridge.Commands;

/// <summary>The option --help, which prints the examples of the command below the help of the library.</summary>
sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    internal static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
                option.Action = new HelpWithExamples(help);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var examples = Examples.For(WordsOf(parseResult.CommandResult));
        if (examples.Length > 0)
            parseResult.InvocationConfiguration.Output.Write($"Examples:\n  {string.Join("\n  ", examples)}\n\n");
        return code;
    }

    static string WordsOf(CommandResult result) => string.Join(' ', CommandLineErrors.WordsOf(result).Split(' ').Skip(1));
}

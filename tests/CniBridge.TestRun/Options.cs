using System.Globalization;

namespace CniBridge.TestRun;

/// <summary>The command line of a test run.</summary>
sealed record Options
{
    public const string Usage = "usage: scripts/test [--list] [--class NAME]... [--jobs N] [PROJECT...]";

    /// <summary>Parts of project names; empty selects all projects.</summary>
    public IReadOnlyList<string> Projects { get; private init; } = [];

    /// <summary>Names of classes; empty selects all classes.</summary>
    public IReadOnlyList<string> Classes { get; private init; } = [];

    /// <summary>Prints the classes instead of running them.</summary>
    public bool IsList { get; private init; }

    /// <summary>The number of test processes that run at the same time.</summary>
    public int Jobs { get; private init; } = Math.Clamp(2 * Environment.ProcessorCount, 3, 8);

    /// <summary>Parses the command line; returns null when it is wrong.</summary>
    public static Options? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        while (!arguments.IsEmpty)
        {
            switch (arguments)
            {
                case ["--list", ..]:
                    options = options with { IsList = true };
                    arguments = arguments[1..];
                    break;
                case ["--class", var name, ..]:
                    options = options with { Classes = [.. options.Classes, name] };
                    arguments = arguments[2..];
                    break;
                case ["--jobs", var number, ..] when int.TryParse(number, CultureInfo.InvariantCulture, out var jobs) && jobs > 0:
                    options = options with { Jobs = jobs };
                    arguments = arguments[2..];
                    break;
                case [var word, ..] when !word.StartsWith('-'):
                    options = options with { Projects = [.. options.Projects, word] };
                    arguments = arguments[1..];
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}

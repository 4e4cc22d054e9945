using System.CommandLine;
using System.Globalization;
using CniBridge.Linux.Files;

namespace CniBridge.CommandLine;

/// <summary>The option --wide: tables with all columns and complete values. Without it they fit the terminal, or 80 columns.</summary>
sealed class WideOption
{
    const int DefaultWidth = 80;

    readonly Option<bool> _option = new("--wide", "-w")
    {
        Description = "Print all columns, with complete values. [default: shorten values to the width of the terminal, or to 80 columns]",
    };

    internal void AddTo(Command command) => command.Add(_option);

    internal bool IsSet(ParseResult parsed) => parsed.GetValue(_option);

    /// <summary>Returns the width of tables in characters: COLUMNS if it is set, or the width of the terminal, or 80.</summary>
    internal int WidthOf(ParseResult parsed) => IsSet(parsed) ? int.MaxValue : s_width;

    static readonly int s_width =
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) &&
        columns > 0 ? columns
        : Terminal.FindWidth() is > 0 and var width ? width : DefaultWidth;
}

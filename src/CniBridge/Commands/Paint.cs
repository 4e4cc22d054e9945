using CniBridge.Linux;

namespace CniBridge.Commands;

/// <summary>Colours, where a person looks at a terminal and does not refuse them (no-color.org).</summary>
static class Paint
{
    /// <summary>ECMA-48: CSI … m</summary>
    const char Escape = '\u001b';

    static readonly bool s_isOn = Terminal.IsOutput && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    internal static string Bold(string text) => With("1", text);

    internal static string Faint(string text) => With("2", text);

    internal static string Good(string text) => With("32", text);

    internal static string Doubtful(string text) => With("33", text);

    internal static string Bad(string text) => With("31", text);

    static string With(string code, string text) => s_isOn ? $"{Escape}[{code}m{text}{Escape}[0m" : text;

    /// <summary>Columns that a text takes.</summary>
    internal static int WidthOf(string text)
    {
        var width = 0;
        var isEscape = false;
        foreach (var character in text)
        {
            isEscape |= character == Escape;
            width += isEscape ? 0 : 1;
            isEscape &= character != 'm';
        }
        return width;
    }
}

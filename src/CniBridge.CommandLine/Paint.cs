using CniBridge.Linux.Files;

namespace CniBridge.CommandLine;

/// <summary>Colours for a terminal. They are off if standard output is no terminal, or if NO_COLOR is set (no-color.org).</summary>
static class Paint
{
    static readonly bool s_isOn = Terminal.IsOutput && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    internal static ScreenText Bold(ScreenText text) => With("1", text);

    internal static ScreenText Faint(ScreenText text) => With("2", text);

    internal static ScreenText Good(ScreenText text) => With("32", text);

    internal static ScreenText Warning(ScreenText text) => With("33", text);

    internal static ScreenText Bad(ScreenText text) => With("31", text);

    static ScreenText With(string style, ScreenText text) => s_isOn ? text.With(style) : text;
}

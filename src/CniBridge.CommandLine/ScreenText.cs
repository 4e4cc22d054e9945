using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CniBridge.Linux;

namespace CniBridge.CommandLine;

/// <summary>
/// Text for a terminal. All output has this type. Values in it are escaped (<see cref="PrintableText"/>); only literals of
/// the program contain line feeds and colours.
/// </summary>
[InterpolatedStringHandler]
sealed class ScreenText
{
    const char Escape = '\u001b';

    readonly StringBuilder _text = new();

    internal ScreenText()
    {
    }

    /// <summary>Creates the handler of an interpolated string. The compiler calls this constructor.</summary>
    public ScreenText(int literalLength, int formattedCount) => _text.EnsureCapacity(literalLength + (16 * formattedCount));

    /// <summary>The number of characters without colours. It is meaningful for a text of one line only.</summary>
    internal int Width { get; private set; }

    internal bool IsEmpty => _text.Length == 0;

    /// <summary>Escapes a plain string, because it may be a value from outside the program.</summary>
    public static implicit operator ScreenText(string value) => new ScreenText().Value(value);

    /// <summary>Returns a document of several lines. Line feeds and tabs stay; other control characters are escaped.</summary>
    internal static ScreenText Document(string text) => new ScreenText().Raw(PrintableText.EscapeLines(text));

    internal static ScreenText Join(string separator, IEnumerable<ScreenText> parts)
    {
        var joined = new ScreenText();
        foreach (var part in parts)
            joined.Append(joined.IsEmpty ? "" : separator).Append(part);
        return joined;
    }

    public void AppendLiteral(string literal) => Raw(literal);

    public void AppendFormatted(string? value) => Value(value ?? "");

    public void AppendFormatted(ScreenText text) => Append(text);

    public void AppendFormatted<T>(T value) => Value(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    internal ScreenText Append(ScreenText text)
    {
        _text.Append(text._text);
        Width += text.Width;
        return this;
    }

    /// <summary>Appends a space or a line feed of the layout, without escaping.</summary>
    internal ScreenText Append(char layout, int count = 1) => Raw(new string(layout, count));

    /// <summary>Returns the text in a style: a number of the control sequence SGR (ECMA-48, section 8.3.117).</summary>
    internal ScreenText With(string style)
    {
        var styled = new ScreenText { Width = Width };
        styled._text.Append($"{Escape}[{style}m").Append(_text).Append($"{Escape}[0m");
        return styled;
    }

    /// <summary>Returns the text with at most so many characters. The last one is then an ellipsis; the styles stay.</summary>
    internal ScreenText Shorten(int width)
    {
        if (Width <= width)
            return this;
        var shortened = new ScreenText { Width = width };
        var isStyle = false;
        var count = 0;
        foreach (var letter in _text.ToString())
        {
            isStyle |= letter == Escape;
            if (isStyle || ++count < width)
                shortened._text.Append(letter);
            else if (count == width)
                shortened._text.Append('…');
            // A style is "ESC [ NUMBER m". The text itself contains no ESC.
            isStyle &= letter != 'm';
        }
        return shortened;
    }

    ScreenText Value(string value) => Raw(PrintableText.Escape(value));

    ScreenText Raw(string text)
    {
        _text.Append(text);
        Width += text.Length;
        return this;
    }

    public override string ToString() => _text.ToString();
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CniBridge.Linux;

namespace CniBridge.Commands;

/// <summary>
/// Text for people. All that is printed has this type: values in it are escaped (<see cref="PrintableText"/>), and only the
/// program's own literals have line feeds and colours.
/// </summary>
[InterpolatedStringHandler]
sealed class ScreenText
{
    readonly StringBuilder _text = new();

    internal ScreenText()
    {
    }

    /// <summary>For the compiler, which calls it for an interpolated string.</summary>
    public ScreenText(int literalLength, int formattedCount) => _text.EnsureCapacity(literalLength + (16 * formattedCount));

    /// <summary>The columns that the text takes, without colours; of a text of one line.</summary>
    internal int Width { get; private set; }

    internal bool IsEmpty => _text.Length == 0;

    /// <summary>A string that is no literal of an interpolated one is a value.</summary>
    public static implicit operator ScreenText(string value) => new ScreenText().Value(value);

    /// <summary>Returns a document, whose line feeds and tabs stay.</summary>
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

    /// <summary>Appends a character of the layout.</summary>
    internal ScreenText Append(char layout, int count = 1) => Raw(new string(layout, count));

    /// <summary>Returns the text in a colour or style: the number of ECMA-48's SGR.</summary>
    internal ScreenText With(string style)
    {
        var styled = new ScreenText { Width = Width };
        styled._text.Append($"\u001b[{style}m").Append(_text).Append("\u001b[0m");
        return styled;
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

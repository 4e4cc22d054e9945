using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>
/// A shell command, written as an interpolated string. Each interpolated text becomes one word, quoted if necessary, so that a value
/// such as a file name cannot add a command.
/// </summary>
[InterpolatedStringHandler]
public sealed class ShellCommand
{
    readonly StringBuilder _text;

    /// <summary>Creates an empty command; the compiler calls this constructor for an interpolated string.</summary>
    public ShellCommand(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (16 * formattedCount));

    ShellCommand(string text) => _text = new StringBuilder(text);

    /// <summary>Creates a command from a complete text, in which all words are already quoted.</summary>
    public static ShellCommand Create(string text) => new(text);

    public void AppendLiteral(string value) => _text.Append(value);

    /// <summary>Appends one word.</summary>
    public void AppendFormatted(string value) => _text.Append(ShellText.Quote(value));

    /// <summary>Appends a list of words, separated by spaces.</summary>
    public void AppendFormatted(IReadOnlyList<string> value) => _text.Append(ShellText.Join(value));

    /// <summary>Appends a command unchanged.</summary>
    public void AppendFormatted(ShellCommand value) => _text.Append(value._text);

    public void AppendFormatted(long value) => _text.Append(CultureInfo.InvariantCulture, $"{value}");

    public void AppendFormatted(Cidr value) => _text.Append(value);

    public override string ToString() => _text.ToString();
}

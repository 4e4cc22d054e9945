using System.Text;

namespace CniBridge.Linux.Files;

/// <summary>
/// A text log on a stream. Text is written at once. Its values are escaped, so that they cannot control a terminal or start a new
/// line; see <see cref="PrintableText"/>.
/// </summary>
public sealed class TextLog(Stream output) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Writes one line. Line feeds in the text are escaped.</summary>
    public override void WriteLine(string? value) => Send(PrintableText.Escape(value ?? "") + "\n");

    /// <summary>Writes text that may have several lines.</summary>
    public override void Write(string? value) => Send(PrintableText.EscapeLines(value ?? ""));

    public override void Write(char value) => Write(value.ToString());

    void Send(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}

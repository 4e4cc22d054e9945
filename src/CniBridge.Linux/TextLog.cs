using System.Text;

namespace CniBridge.Linux;

/// <summary>
/// Lines for persons on a stream. A text is written at once, and the values in it cannot control a terminal or make lines of
/// their own: see <see cref="PrintableText"/>.
/// </summary>
public sealed class TextLog(Stream output) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Writes one line, whatever is in the text.</summary>
    public override void WriteLine(string? value) => Send(PrintableText.Escape(value ?? "") + "\n");

    /// <summary>Writes a text that may have several lines.</summary>
    public override void Write(string? value) => Send(PrintableText.EscapeLines(value ?? ""));

    public override void Write(char value) => Write(value.ToString());

    void Send(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}

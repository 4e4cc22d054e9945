using System.Globalization;
using System.Text.Json;

namespace CniBridge.Plugins.Json;

/// <summary>A syntax error in a JSON text.</summary>
/// <param name="why">The reason, without the position.</param>
/// <param name="offset">The position in bytes, counted from 0.</param>
public sealed class JsonSyntaxException(string why, int offset, string message) : JsonException(message)
{
    public string Why => why;

    public int Offset => offset;

    /// <summary>Creates an exception whose message contains line and column, both counted from 1.</summary>
    internal static JsonSyntaxException At(ReadOnlySpan<byte> text, int offset, string why)
    {
        var before = text[..offset];
        return new JsonSyntaxException(why, offset, string.Create(CultureInfo.InvariantCulture,
            $"{why}, line {before.Count((byte)'\n') + 1}, column {offset - before.LastIndexOf((byte)'\n')}"));
    }
}

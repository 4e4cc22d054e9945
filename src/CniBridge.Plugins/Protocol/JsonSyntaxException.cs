using System.Globalization;
using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>A text is not JSON.</summary>
/// <param name="why">The reason, without the place.</param>
/// <param name="offset">The place, in bytes from the beginning.</param>
public sealed class JsonSyntaxException(string why, int offset, string message) : JsonException(message)
{
    public string Why => why;

    public int Offset => offset;

    /// <summary>Creates one whose message names line and column, as editors count them.</summary>
    internal static JsonSyntaxException At(ReadOnlySpan<byte> text, int offset, string why)
    {
        var before = text[..offset];
        return new JsonSyntaxException(why, offset, string.Create(CultureInfo.InvariantCulture,
            $"{why}, line {before.Count((byte)'\n') + 1}, column {offset - before.LastIndexOf((byte)'\n')}"));
    }
}

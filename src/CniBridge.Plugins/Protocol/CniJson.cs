using System.Text.Json;
using System.Text.Unicode;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// Reads network configurations as Go's decoder does: keys without regard to case (containerd relies on it), unknown keys
/// ignored, null as absent, no comments, nothing after the object. By hand over a parsed document: the serializer's
/// source-generated metadata took two fifths of an ADD to set up, for a handful of keys.
/// </summary>
static class CniJson
{
    /// <exception cref="CniException">Code 6, naming the key.</exception>
    internal static T Decode<T>(byte[] text, Func<JsonKeys, T> read, string what)
    {
        // The parser itself checks only those strings that somebody asks for.
        if (!Utf8.IsValid(text))
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: the text is not valid UTF-8");
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Null
                ? throw new CniException(CniErrorCode.InvalidConfig, "missing network name", $"the {what} is null")
                : read(JsonKeys.Of(document.RootElement, ""));
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: {e.Message}");
        }
    }
}

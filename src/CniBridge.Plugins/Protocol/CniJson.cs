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
            var root = Parse(text);
            return root.ValueKind == JsonValueKind.Null
                ? throw new CniException(CniErrorCode.InvalidConfig, "missing network name", $"the {what} is null")
                : read(JsonKeys.Of(root, ""));
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: {e.Message}");
        }
    }

    /// <summary>An element with memory of its own: a document's would come from pools that are set up for many processors.</summary>
    static JsonElement Parse(byte[] text)
    {
        var reader = new Utf8JsonReader(text);
        var root = JsonElement.ParseValue(ref reader);
        // Nothing but white space may follow; anything else makes this throw.
        reader.Read();
        return root;
    }
}

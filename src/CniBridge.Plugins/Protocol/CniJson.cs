using System.Text.Json;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// Reads network configurations as Go's decoder does: keys without regard to case (containerd relies on it), unknown keys
/// ignored, null as absent, no comments, nothing after the object. By hand over a parsed tree: the serializer's
/// source-generated metadata took two fifths of an ADD to set up, for a handful of keys.
/// </summary>
static class CniJson
{
    /// <exception cref="CniException">Code 6, naming the key; 7: null.</exception>
    internal static T Decode<T>(JsonText text, Func<JsonKeys, T> read, string what)
        where T : class => DecodeOrNull(text, read, what)
            ?? throw new CniException(CniErrorCode.InvalidConfig, "missing network name", $"the {what} is null");

    internal static T Decode<T>(byte[] text, Func<JsonKeys, T> read, string what)
        where T : class => Decode(new JsonText(text), read, what);

    /// <summary>Decodes a JSON object. Returns null for the JSON value null.</summary>
    /// <param name="path">The position of the text in a larger text, or empty.</param>
    /// <exception cref="CniException">Code 6; the message names the key.</exception>
    internal static T? DecodeOrNull<T>(JsonText text, Func<JsonKeys, T> read, string what, string path = "")
        where T : class
    {
        try
        {
            return text.Tree.Kind == JsonTokenType.Null ? null : read(JsonKeys.Create(text.Tree, path));
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: {e.Message}");
        }
    }
}

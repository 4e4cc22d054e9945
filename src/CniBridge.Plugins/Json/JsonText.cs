using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace CniBridge.Plugins.Json;

/// <summary>A JSON text that several readers may read: parsed once, when the first one does.</summary>
public sealed class JsonText(byte[] bytes)
{
    JsonTree? _tree;

    /// <summary>The unchanged bytes of the text.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <exception cref="JsonSyntaxException">Not JSON.</exception>
    internal JsonTree Tree => _tree ??= Parse();

    JsonTree Parse()
    {
        ReadOnlySpan<byte> text = Bytes;
        if (text.StartsWith("\uFEFF"u8))
            throw Failure("the text begins with a byte order mark: save it as UTF-8 without one");
        if (IsUtf16(text))
            throw Failure("the text is UTF-16: save it as UTF-8");
        return Utf8.IsValid(text) ? JsonParser.Parse(text) : throw Failure("the text is not valid UTF-8");
    }

    /// <summary>Has it a byte order mark, or does its first character take two bytes?</summary>
    static bool IsUtf16(ReadOnlySpan<byte> text) =>
        text.Length >= 2 && ((text[0], text[1]) is (0xff, 0xfe) or (0xfe, 0xff) || (text[0] == 0) != (text[1] == 0));

    static JsonSyntaxException Failure(string why) => new(why, 0, why);

    /// <summary>Returns the first syntax error, or null if the text is valid JSON.</summary>
    public JsonSyntaxException? FindError()
    {
        try
        {
            _ = Tree;
            return null;
        }
        catch (JsonSyntaxException e)
        {
            return e;
        }
    }

    /// <summary>Returns the value as nodes that can be changed; of a key given twice the last counts, as in a map of Go's.</summary>
    /// <exception cref="JsonException">Not JSON, or a string is half of a surrogate pair.</exception>
    public JsonNode? ToNode() => ToNode(Tree);

    static JsonNode? ToNode(JsonTree tree) => tree.Kind switch
    {
        JsonTokenType.StartObject => ToObject(tree),
        JsonTokenType.StartArray => new JsonArray([.. tree.Values.Select(ToNode)]),
        JsonTokenType.String => JsonValue.Create(Whole(tree.Text)),
        JsonTokenType.Null => null,
        // Numbers stay as they are written.
        _ => JsonNode.Parse(tree.Text!),
    };

    static JsonObject ToObject(JsonTree tree)
    {
        var members = new JsonObject();
        for (var i = 0; i < tree.Names.Count; i++)
            members[Whole(tree.Names[i])] = ToNode(tree.Values[i]);
        return members;
    }

    static string Whole(string? text) => text ?? throw new JsonException("a string is half of a surrogate pair");
}

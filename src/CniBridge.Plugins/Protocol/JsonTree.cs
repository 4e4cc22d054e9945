using System.Text;
using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// A parsed JSON value. (The library's document takes its memory from pools that measure the processor when they are first
/// used: a tenth of an ADD.)
/// </summary>
sealed class JsonTree
{
    JsonTree(JsonTokenType kind, string? text)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>StartObject, StartArray, String, Number, True, False or Null.</summary>
    internal JsonTokenType Kind { get; }

    /// <summary>Of a string its characters, null if they are none (half of a surrogate pair); of anything else what is written.</summary>
    internal string? Text { get; private set; }

    /// <summary>Of an object, in the order of <see cref="Values"/>; a key given twice is there twice.</summary>
    internal List<string> Names { get; } = [];

    /// <summary>Of an object or a list.</summary>
    internal List<JsonTree> Values { get; } = [];

    /// <exception cref="JsonException">Not JSON, or something behind it.</exception>
    internal static JsonTree Parse(byte[] text)
    {
        var reader = new Utf8JsonReader(text);
        reader.Read();
        var root = Read(ref reader, text);
        // Nothing but white space may follow; anything else makes this throw.
        reader.Read();
        return root;
    }

    /// <summary>The reader refuses what is nested deeper than 64 levels, so this ends.</summary>
    static JsonTree Read(ref Utf8JsonReader reader, byte[] text)
    {
        var start = (int)reader.TokenStartIndex;
        var tree = new JsonTree(reader.TokenType, reader.TokenType == JsonTokenType.String ? ReadText(ref reader) : "");
        if (tree.Kind == JsonTokenType.StartObject)
            tree.ReadProperties(ref reader, text);
        else if (tree.Kind == JsonTokenType.StartArray)
            tree.ReadItems(ref reader, text);
        if (tree.Kind != JsonTokenType.String)
            tree.Text = Encoding.UTF8.GetString(text, start, (int)reader.BytesConsumed - start);
        return tree;
    }

    void ReadProperties(ref Utf8JsonReader reader, byte[] text)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            // A name that is no text is no key of ours.
            Names.Add(ReadText(ref reader) ?? "");
            reader.Read();
            Values.Add(Read(ref reader, text));
        }
    }

    void ReadItems(ref Utf8JsonReader reader, byte[] text)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            Values.Add(Read(ref reader, text));
    }

    static string? ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

using System.Text.Json;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Tests.Json;

/// <summary>The JSON parser of the base library, which judges ours.</summary>
static class LibraryJson
{
    /// <summary>Returns whether the library accepts a text.</summary>
    internal static bool Accepts(byte[] text)
    {
        using var document = TryParse(text);
        return document is not null;
    }

    /// <summary>Asserts that we accept a text exactly if the library does, and that the values are the same.</summary>
    /// <returns>True if both accept it.</returns>
    internal static bool AssertAgrees(byte[] text, Func<byte[], JsonTree> parse)
    {
        using var document = TryParse(text);
        if (document is null)
        {
            Assert.ThrowsAny<JsonException>(() => parse(text));
            return false;
        }
        AssertSame(document.RootElement, parse(text));
        return true;
    }

    static JsonDocument? TryParse(byte[] text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static void AssertSame(JsonElement expected, JsonTree found)
    {
        var kind = expected.ValueKind switch
        {
            JsonValueKind.Object => JsonTokenType.StartObject,
            JsonValueKind.Array => JsonTokenType.StartArray,
            var other => Enum.Parse<JsonTokenType>(other.ToString()),
        };
        Assert.Equal(kind, found.Kind);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(property => TextOrNull(() => property.Name)), found.Names);
                AssertSame(expected.EnumerateObject().Select(property => property.Value), found);
                break;
            case JsonValueKind.Array:
                AssertSame(expected.EnumerateArray(), found);
                break;
            case JsonValueKind.String:
                Assert.Equal(TextOrNull(expected.GetString), found.Text);
                break;
            default:
                Assert.Equal(expected.GetRawText(), found.Text);
                break;
        }
    }

    static void AssertSame(IEnumerable<JsonElement> expected, JsonTree found)
    {
        var items = expected.ToList();
        Assert.Equal(items.Count, found.Values.Count);
        for (var i = 0; i < items.Count; i++)
            AssertSame(items[i], found.Values[i]);
    }

    static string? TextOrNull(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>Writers for keys of a result that are left out when they are empty.</summary>
static class ResultJsonWriting
{
    internal static void WriteList<T>(this Utf8JsonWriter json, string key, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(key);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void WriteTexts(this Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(key);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    internal static void WriteText(this Utf8JsonWriter json, string key, string text)
    {
        if (text.Length > 0)
            json.WriteString(key, text);
    }

    internal static void WriteNumberUnlessZero(this Utf8JsonWriter json, string key, long number)
    {
        if (number != 0)
            json.WriteNumber(key, number);
    }

    internal static void WriteNumberIfSet(this Utf8JsonWriter json, string key, long? number)
    {
        if (number is { } value)
            json.WriteNumber(key, value);
    }
}

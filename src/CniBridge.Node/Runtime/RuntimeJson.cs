using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace CniBridge.Node.Runtime;

/// <summary>JSON that others wrote: files of an operator, output of plugins.</summary>
static class RuntimeJson
{
    /// <summary>An object, read to its depth: the library finds a key given twice only when somebody asks for one.</summary>
    internal static bool TryParseObject(byte[] text, [NotNullWhen(true)] out JsonObject? root) =>
        TryParseObject(text, out root, out _);

    /// <param name="why">What is wrong with it.</param>
    internal static bool TryParseObject(byte[] text, [NotNullWhen(true)] out JsonObject? root, out string why)
    {
        root = null;
        why = "it is not a JSON object";
        if (!Utf8.IsValid(text))
        {
            why = "it is not valid UTF-8";
            return false;
        }
        try
        {
            root = JsonNode.Parse(text) as JsonObject;
            Visit(root);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            why = $"it is not valid JSON: {e.Message}";
            root = null;
        }
        return root is not null;
    }

    /// <summary>A key given twice and half a character are found when they are looked at, and not before.</summary>
    static void Visit(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                foreach (var property in properties)
                    Visit(property.Value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Visit(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}

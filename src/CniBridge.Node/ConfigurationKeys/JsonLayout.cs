using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>A layout of JSON for people: a value stands in one line if it fits and describes no key.</summary>
static class JsonLayout
{
    const int MaxColumns = 130;
    const int Step = 2;

    internal static string Format(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, "", 0);
        return text.ToString();
    }

    /// <param name="start">The text of the line before the value.</param>
    static void Write(StringBuilder text, JsonNode? node, string start, int indent)
    {
        text.Append(' ', indent).Append(start);
        var line = ToLine(node);
        if (node is not (JsonObject or JsonArray) || (indent + start.Length + line.Length < MaxColumns && !Describes(node)))
        {
            text.Append(line);
            return;
        }
        var isObject = node is JsonObject;
        text.Append(isObject ? "{\n" : "[\n");
        var items = isObject
            ? node.AsObject().Select(member => (Start: Quote(member.Key) + ": ", member.Value))
            : node.AsArray().Select(item => (Start: "", Value: item));
        var separator = "";
        foreach (var (itemStart, value) in items)
        {
            text.Append(separator);
            Write(text, value, itemStart, indent + Step);
            separator = ",\n";
        }
        text.Append('\n').Append(' ', indent).Append(isObject ? '}' : ']');
    }

    static bool Describes(JsonNode? node) => node switch
    {
        JsonObject members => members.ContainsKey("description") || members.Any(member => Describes(member.Value)),
        JsonArray items => items.Any(Describes),
        _ => false,
    };

    static string ToLine(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject { Count: 0 } => "{}",
        JsonObject members => "{ " + string.Join(", ", members.Select(member => $"{Quote(member.Key)}: {ToLine(member.Value)}")) + " }",
        JsonArray items => "[" + string.Join(", ", items.Select(ToLine)) + "]",
        JsonValue value when value.TryGetValue<string>(out var text) => Quote(text),
        _ => node.ToJsonString(),
    };

    static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Json;

namespace CniBridge.Node.Runtime;

/// <summary>A parser for JSON from other programs: configuration files and the output of plugins.</summary>
static class RuntimeJson
{
    /// <summary>Parses an object. Returns false for anything else.</summary>
    internal static bool TryParseObject(byte[] text, [NotNullWhen(true)] out JsonObject? root) =>
        TryParseObject(text, out root, out _);

    /// <summary>Parses an object. Returns false for anything else.</summary>
    /// <param name="why">The reason of a failure.</param>
    internal static bool TryParseObject(byte[] text, [NotNullWhen(true)] out JsonObject? root, out string why)
    {
        why = "it is not a JSON object";
        try
        {
            root = new JsonText(text).ToNode() as JsonObject;
        }
        catch (JsonException e)
        {
            why = $"it is not valid JSON: {e.Message}";
            root = null;
        }
        return root is not null;
    }
}

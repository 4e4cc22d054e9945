using System.Globalization;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>
/// The keys of a configuration list, with the rules of libcni (libcni/conf.go, NetworkConfFromBytes): keys are case-sensitive, and null
/// is a wrong type.
/// </summary>
sealed class ListKeys(JsonObject root)
{
    /// <summary>Returns the string of a key; null without the key.</summary>
    /// <exception cref="CniException">The value is not a string.</exception>
    internal string? Text(string key)
    {
        if (!root.TryGetPropertyValue(key, out var node))
            return null;
        return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Invalid($"{key} is not a string");
    }

    /// <summary>Returns the Boolean of a key, which may also be the string "true" or "false" in any case; false without the key.</summary>
    /// <exception cref="CniException">The value is not a Boolean.</exception>
    internal bool Truth(string key)
    {
        if (!root.TryGetPropertyValue(key, out var node))
            return false;
        if (node is JsonValue value)
        {
            if (value.TryGetValue<bool>(out var truth))
                return truth;
            if (IsWord(value, "true") || IsWord(value, "false"))
                return IsWord(value, "true");
        }
        throw Invalid($"{key} = {Show(node)}: expected true, false, \"true\" or \"false\"");
    }

    static bool IsWord(JsonValue value, string word) =>
        value.TryGetValue<string>(out var text) && text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the newest supported version of cniVersion and cniVersions; cniVersion if none is supported.</summary>
    /// <exception cref="CniException">A value has a wrong type, or is not a version.</exception>
    internal string? Version()
    {
        var stated = Text("cniVersion");
        if (!root.TryGetPropertyValue("cniVersions", out var node))
            return stated;
        if (node is not JsonArray items)
            throw Invalid("cniVersions is not a list of strings");
        string? newest = null;
        for (var i = 0; i < items.Count; i++)
            newest = Newer(newest, items[i], string.Create(CultureInfo.InvariantCulture, $"cniVersions[{i}]"));
        return string.IsNullOrEmpty(stated) ? newest ?? stated : Newer(newest, stated, "cniVersion") ?? stated;
    }

    static string? Newer(string? newest, JsonNode? node, string key) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? Newer(newest, text, key)
            : throw Invalid($"{key} is not a string");

    static string? Newer(string? newest, string version, string key)
    {
        try
        {
            if (!CniVersion.IsAtLeast(CniVersion.Current, version))
                return newest;
            return newest is null || CniVersion.IsAtLeast(version, newest) ? version : newest;
        }
        catch (CniException e)
        {
            throw Invalid($"{key}: {e.Message}");
        }
    }

    /// <summary>Returns the plugins of the list.</summary>
    /// <exception cref="CniException">The value is not a list of objects, or the list is empty.</exception>
    internal List<JsonObject> Plugins()
    {
        if (root["plugins"] is not JsonArray { Count: > 0 } plugins)
            throw Invalid("plugins is not a list with at least one plugin");
        return [.. plugins.Select(item => item as JsonObject ?? throw Invalid("each plugin must be a JSON object"))];
    }

    static string Show(JsonNode? node) => node?.ToJsonString() ?? "null";

    internal static CniException Invalid(string why) => new(CniErrorCode.InvalidConfig, why);
}

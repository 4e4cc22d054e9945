using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>A review of a configuration file. It finds what runtimes and plugins reject, and mistakes that they ignore silently.</summary>
public sealed class ConfigurationReview
{
    readonly List<ConfigurationFinding> _findings = [];
    readonly JsonPositions _positions;
    readonly string _binDir;

    ConfigurationReview(byte[] text, string binDir)
    {
        _positions = new JsonPositions(text);
        _binDir = binDir;
    }

    /// <summary>Reviews a configuration and returns the findings in the order of the text.</summary>
    /// <param name="binDir">The directory of the plugins.</param>
    public static IReadOnlyList<ConfigurationFinding> Create(byte[] text, string binDir)
    {
        if (new JsonText(text).FindError() is { } error)
            return [new ConfigurationFinding(true, TextPosition.At(text, error.Offset), "", $"not valid JSON: {error.Why}")];
        if (!RuntimeJson.TryParseObject(text, out var root, out var why))
            return [new ConfigurationFinding(true, new TextPosition(1, 1), "", why)];
        var review = new ConfigurationReview(text, binDir);
        review.Review(root, text);
        return [.. review._findings.OrderBy(finding => finding.Position.Line).ThenBy(finding => finding.Position.Column)];
    }

    void Review(JsonObject root, byte[] text)
    {
        foreach (var key in _positions.Repeated)
            Add(false, key, $"duplicate key {key}: runtimes use the last one");
        NetworkList list;
        try
        {
            list = NetworkList.Parse(text);
        }
        catch (CniException e)
        {
            Add(true, KeyIn(e.Message, "") is { Length: > 0 } key ? key : "",
                e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message);
            return;
        }
        if (!root.ContainsKey("plugins"))
        {
            Review(list, list.Plugins[0], "", isFirst: true);
            return;
        }
        FindUnknown(root, KnownKeys.OfList, "");
        for (var i = 0; i < list.Plugins.Count; i++)
            Review(list, list.Plugins[i], $"plugins[{i}]", isFirst: i == 0);
    }

    void Review(NetworkList list, JsonObject plugin, string path, bool isFirst)
    {
        var type = plugin["type"]!.GetValue<string>();
        var ipamType = TextOf(plugin["ipam"] as JsonObject, "type");
        Visit(plugin, type, ipamType, path, "");
        FindBinary(type, Join(path, "type"));
        if (type == "bridge" && ipamType.Length > 0)
            FindBinary(ipamType, Join(path, "ipam.type"));
        if (type == "portmap")
            ReviewPortMap(plugin, path, isFirst);
        if (type == "bridge" && plugin.ContainsKey("isMasq"))
            Add(false, Join(path, "isMasq"), "isMasq works here, but the Go plugin ignores it: use ipMasq");
        try
        {
            PluginConfiguration.Check(type, list.Name, list.Version, Encoding.UTF8.GetBytes(plugin.ToJsonString()));
        }
        catch (CniException e)
        {
            Add(true, KeyIn(e.Message, path), e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message);
        }
    }

    void ReviewPortMap(JsonObject plugin, string path, bool isFirst)
    {
        if (isFirst)
            Add(true, Join(path, "type"), "portmap must come after the plugin that creates the interface");
        if (plugin["capabilities"] is not JsonObject capabilities || capabilities["portMappings"]?.GetValueKind() != JsonValueKind.True)
        {
            Add(false, Join(path, "type"),
                "\"capabilities\": {\"portMappings\": true} is missing, so runtimes pass no host ports to portmap");
        }
    }

    /// <summary>Finds unknown keys in all objects of a plugin whose keys are known.</summary>
    /// <param name="inside">The path within the plugin, without array indexes.</param>
    void Visit(JsonNode? node, string type, string ipamType, string path, string inside)
    {
        if (node is JsonObject members)
        {
            if (KnownKeys.Find(type, ipamType, inside) is { } known)
                FindUnknown(members, known, path);
            foreach (var (key, value) in members)
                Visit(value, type, ipamType, Join(path, key), Join(inside, key));
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
                Visit(items[i], type, ipamType, $"{path}[{i}]", inside + "[]");
        }
    }

    void FindUnknown(JsonObject members, IReadOnlyList<string> known, string path)
    {
        foreach (var (key, _) in members)
        {
            if (known.Contains(key, StringComparer.OrdinalIgnoreCase))
                continue;
            var meant = Spelling.FindNearest(key, known);
            Add(false, Join(path, key), $"unknown key {key} is ignored{(meant is null ? "" : $": did you mean {meant}?")}");
        }
    }

    void FindBinary(string type, string key)
    {
        var file = Path.Combine(_binDir, type);
        if (!File.Exists(file))
            Add(true, key, $"the plugin {type} is missing in {_binDir}");
        else if ((File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0)
            Add(true, key, $"{file} is not executable");
    }

    /// <summary>Returns the key that a message is about: the longest path of the file that the message contains as a word.</summary>
    string KeyIn(string message, string path)
    {
        var longest = path;
        foreach (var candidate in _positions.Paths)
        {
            if (candidate.Length <= longest.Length || !candidate.StartsWith(path, StringComparison.Ordinal))
                continue;
            var inside = candidate[path.Length..].TrimStart('.');
            if (HasWord(message, inside))
                longest = candidate;
        }
        return longest;
    }

    static bool HasWord(string text, string word)
    {
        // A key such as "." leaves an empty path, which would match everywhere.
        if (word.Length == 0)
            return false;
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || text[at - 1] == ' ') && (end == text.Length || text[end] is ' ' or ':' or ','))
                return true;
        }
        return false;
    }

    static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    static string TextOf(JsonObject? from, string key) =>
        from?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    void Add(bool isError, string key, string message) =>
        _findings.Add(new ConfigurationFinding(isError, _positions.Find(key), key, message));
}

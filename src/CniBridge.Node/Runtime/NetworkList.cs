using CniBridge.Linux;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>A network configuration as a runtime reads it: a chain of plugins with a name and a version.</summary>
public sealed record NetworkList
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required IReadOnlyList<JsonObject> Plugins { get; init; }
    public bool DisablesCheck { get; init; }

    /// <summary>It has a list of plugins, and is not a single one's configuration.</summary>
    internal bool IsChain { get; private init; }

    /// <summary>The file's bytes, as the cache keeps them.</summary>
    public required byte[] Text { get; init; }

    static readonly string[] s_extensions = [".conf", ".conflist", ".json"];

    /// <summary>The configuration that a node's runtime would take: the first file in alphabetical order.</summary>
    /// <exception cref="RuntimeException">There is none, or it is not valid.</exception>
    public static NetworkList LoadFirst(string directory)
    {
        var file = FindFirst(directory);
        return file is null
            ? throw new RuntimeException($"no network configuration in {directory}: put a .conflist there, or name one with --conf")
            : Load(file);
    }

    internal static string? FindFirst(string directory) => FindAll(directory) is [var first, ..] ? first : null;

    /// <summary>All that a runtime may take for one, in its order; of a directory that is not there, none.</summary>
    public static IReadOnlyList<string> FindAll(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        string[] files = [.. Directory.EnumerateFiles(directory).Where(path => s_extensions.Contains(Path.GetExtension(path)))];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <exception cref="RuntimeException">The file cannot be read, or is not valid.</exception>
    public static NetworkList Load(string file)
    {
        try
        {
            return Parse(File.ReadAllBytes(file));
        }
        catch (CniException e)
        {
            throw new RuntimeException($"{file}: {(e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message)}");
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new RuntimeException($"cannot read the network configuration {file}: {e.Message}");
        }
    }

    /// <exception cref="CniException">Not valid.</exception>
    internal static NetworkList Parse(byte[] text)
    {
        var root = ParseObject(text);
        var list = new NetworkList
        {
            Name = TextOf(root, "name") ?? "",
            Version = TextOf(root, "cniVersion") is { Length: > 0 } version ? version : CniVersion.Oldest,
            // A single plugin's configuration is a chain of one.
            Plugins = root.ContainsKey("plugins") ? PluginsOf(root) : [root],
            IsChain = root.ContainsKey("plugins"),
            DisablesCheck = IsTrue(root["disableCheck"]),
            Text = text,
        };
        CniName.CheckNetworkName(list.Name);
        CniVersion.CheckSupported(list.Version);
        foreach (var plugin in list.Plugins)
        {
            if (string.IsNullOrEmpty(TextOf(plugin, "type")))
                throw Invalid("each plugin needs a type");
        }
        return list;
    }

    static JsonObject ParseObject(byte[] text) => RuntimeJson.TryParseObject(text, out var root, out var why)
        ? root
        : throw new CniException(CniErrorCode.DecodingFailure, why);

    static List<JsonObject> PluginsOf(JsonObject root)
    {
        if (root["plugins"] is not JsonArray { Count: > 0 } plugins)
            throw Invalid("plugins is not a list with at least one plugin");
        return [.. plugins.Select(item => item as JsonObject ?? throw Invalid("each plugin is a JSON object"))];
    }

    static string? TextOf(JsonObject from, string key)
    {
        if (from[key] is null)
            return null;
        return from[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Invalid($"{key} is not a string");
    }

    /// <summary>libcni takes the word as well as the value.</summary>
    static bool IsTrue(JsonNode? node) => node is JsonValue value &&
        ((value.TryGetValue<bool>(out var truth) && truth) ||
        (value.TryGetValue<string>(out var word) && word.Equals("true", StringComparison.OrdinalIgnoreCase)));

    static CniException Invalid(string why) => new(CniErrorCode.InvalidConfig, why);
}

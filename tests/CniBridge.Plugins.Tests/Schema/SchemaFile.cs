using System.Text.Json.Nodes;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>The keys that the schema describes, each with its path as error messages write it: ipam.ranges[0][0].subnet.</summary>
static class SchemaFile
{
    internal static JsonObject Root { get; } = JsonNode.Parse(SchemaJudge.Schema)!.AsObject();

    /// <summary>Keys that a plugin ignores with their content: those of runtimes and editors.</summary>
    static readonly string[] s_runtimesKeys =
    [
        "$schema", "plugins", "cniVersions", "disableCheck", "disableGC", "loadOnlyInlinedPlugins", "managedBy", "type",
        "capabilities.mac", "capabilities.ips", "capabilities.portMappings",
    ];

    /// <summary>The keys of a network with those of its plugins, as in the configuration of a single plugin.</summary>
    internal static IReadOnlyDictionary<string, JsonObject> AllKeys { get; } = FindAll();

    /// <summary>The keys of a plugin's configuration as a runtime passes it on: bridge with host-local.</summary>
    internal static IReadOnlyDictionary<string, JsonObject> PluginKeys { get; } = AllKeys
        .Where(key => !Array.Exists(s_runtimesKeys, passed => IsOrIsIn(key.Key, passed))).ToDictionary();

    /// <summary>The keys of portmap besides those of every plugin.</summary>
    internal static IReadOnlyDictionary<string, JsonObject> PortMapKeys { get; } = FindPortMap();

    static Dictionary<string, JsonObject> FindPortMap()
    {
        var keys = new Dictionary<string, JsonObject>();
        Walk(Definition("portmap"), "", keys);
        return keys;
    }

    static bool IsOrIsIn(string key, string other) =>
        key.StartsWith(other, StringComparison.Ordinal) && (key.Length == other.Length || key[other.Length] is '.' or '[');

    static Dictionary<string, JsonObject> FindAll()
    {
        var keys = new Dictionary<string, JsonObject>();
        foreach (var (name, schema) in Root["properties"]!.AsObject())
            keys.Add(name, Resolve(schema!));
        Walk(Definition("list"), "", keys);
        Walk(Definition("plugin"), "", keys);
        return keys;
    }

    static JsonObject Definition(string name) => Root["definitions"]![name]!.AsObject();

    static JsonObject Resolve(JsonNode schema) => schema["$ref"] is { } reference
        ? Definition(reference.GetValue<string>()["#/definitions/".Length..])
        : schema.AsObject();

    static void Walk(JsonObject schema, string path, Dictionary<string, JsonObject> keys)
    {
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            Add(path.Length == 0 ? name : $"{path}.{name}", property!, keys);
        if (schema["items"] is { } items)
            Add(path + "[0]", items, keys);
        foreach (var part in (JsonNode?[])[.. schema["allOf"]?.AsArray() ?? [], schema["then"], schema["else"]])
        {
            // The next plugin of a chain has its own keys.
            if (part is not null && part["$ref"]?.GetValue<string>() != "#/definitions/chained")
                Walk(Resolve(part), path, keys);
        }
    }

    static void Add(string path, JsonNode property, Dictionary<string, JsonObject> keys)
    {
        var schema = Resolve(property);
        // A condition adds to a key that is already described.
        keys.TryAdd(path, schema);
        Walk(schema, path, keys);
    }

    internal static bool Takes(JsonObject schema, string type) => schema["type"] switch
    {
        JsonArray types => types.Any(item => item!.GetValue<string>() == type),
        { } single => single.GetValue<string>() == type,
        null => false,
    };
}

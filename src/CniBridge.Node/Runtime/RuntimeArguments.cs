using System.Text.Json.Nodes;

namespace CniBridge.Node.Runtime;

/// <summary>The arguments of one attachment, as a runtime passes them (CNI specification, section 2, and CONVENTIONS.md).</summary>
public sealed record RuntimeArguments
{
    public static RuntimeArguments None { get; } = new();

    /// <summary>The capability arguments by name, such as portMappings. Each plugin gets those that its configuration declares.</summary>
    public JsonObject Capabilities { get; init; } = [];

    /// <summary>The pairs of CNI_ARGS; empty to keep the variable of this process.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; init; } = [];

    /// <summary>Returns the value of CNI_ARGS; null without pairs.</summary>
    internal string? ToVariable() => Pairs.Count == 0 ? null : string.Join(';', Pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Checks that a plugin of the chain declares each capability. Otherwise its argument would have no effect.</summary>
    /// <exception cref="RuntimeException">No plugin declares a capability.</exception>
    internal void CheckDeclared(NetworkList list)
    {
        foreach (var (name, _) in Capabilities)
        {
            if (!list.Plugins.Any(plugin => Declares(plugin, name)))
            {
                throw new RuntimeException(
                    $"no plugin of the network {list.Name} has the capability {name}: " +
                    $$"""add "capabilities": {"{{name}}": true} to the plugin's configuration""");
            }
        }
    }

    /// <summary>Sets runtimeConfig in the configuration of a plugin to the declared capabilities.</summary>
    internal void AddTo(JsonObject plugin)
    {
        var declared = new JsonObject();
        foreach (var (name, value) in Capabilities)
        {
            if (Declares(plugin, name))
                declared[name] = value?.DeepClone();
        }
        if (declared.Count > 0)
            plugin["runtimeConfig"] = declared;
    }

    static bool Declares(JsonObject plugin, string name) =>
        (plugin["capabilities"] as JsonObject)?[name] is JsonValue value && value.TryGetValue<bool>(out var isDeclared) && isDeclared;

    /// <summary>Writes the arguments into an entry of libcni's cache.</summary>
    internal void Save(JsonObject entry)
    {
        if (Pairs.Count > 0)
            entry["cniArgs"] = new JsonArray([.. Pairs.Select(pair => new JsonArray(pair.Key, pair.Value))]);
        if (Capabilities.Count > 0)
            entry["capabilityArgs"] = Capabilities.DeepClone();
    }

    /// <summary>Reads the arguments of an entry. Values of another type are ignored: DEL must work with a damaged cache.</summary>
    internal static RuntimeArguments Load(JsonObject entry) => new()
    {
        Capabilities = entry["capabilityArgs"] is JsonObject capabilities ? (JsonObject)capabilities.DeepClone() : [],
        Pairs = entry["cniArgs"] is JsonArray pairs ? [.. pairs.OfType<JsonArray>().Where(pair => pair.Count == 2).Select(ReadPair)] : [],
    };

    static KeyValuePair<string, string> ReadPair(JsonArray pair) => new(pair[0]?.ToString() ?? "", pair[1]?.ToString() ?? "");
}

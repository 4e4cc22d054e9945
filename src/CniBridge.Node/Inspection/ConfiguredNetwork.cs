using System.Text.Json.Nodes;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Node.Inspection;

/// <summary>A network of ours as a file of the configuration directory has it.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Bridge">The bridge's name.</param>
/// <param name="Plugin">The configuration of the plugin bridge.</param>
public sealed record ConfiguredNetwork(string Name, string File, string Bridge, JsonObject Plugin)
{
    const string DefaultBridge = "cni0";

    /// <summary>DATADIR/NETWORK; null: its addresses are not of host-local.</summary>
    public string? Store { get; init; }

    public string StateDirectory { get; init; } = ReservationInventory.DefaultStateDirectory;

    /// <summary>What its pods have addresses from, as far as the file says so.</summary>
    public IReadOnlyList<Cidr> Subnets { get; init; } = [];

    /// <summary>All that the files of a directory hold; what is no valid configuration is passed over.</summary>
    public static IReadOnlyList<ConfiguredNetwork> ReadAll(string directory)
    {
        var networks = new List<ConfiguredNetwork>();
        foreach (var file in NetworkList.FindAll(directory))
        {
            if (TryLoad(file) is { } list)
                networks.AddRange(Of(list, file));
        }
        return networks;
    }

    static NetworkList? TryLoad(string file)
    {
        try
        {
            return NetworkList.Load(file);
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    /// <summary>A list may have several bridges in it, or none.</summary>
    public static IReadOnlyList<ConfiguredNetwork> Of(NetworkList list, string file)
    {
        var networks = new List<ConfiguredNetwork>();
        foreach (var plugin in list.Plugins)
        {
            if (TextOf(plugin, "type") == "bridge")
                networks.Add(Of(list.Name, file, plugin));
        }
        return networks;
    }

    static ConfiguredNetwork Of(string name, string file, JsonObject plugin)
    {
        var network = new ConfiguredNetwork(name, file, TextOf(plugin, "bridge") is { Length: > 0 } bridge ? bridge : DefaultBridge, plugin);
        if (plugin["ipam"] is not JsonObject ipam || TextOf(ipam, "type") != "host-local")
            return network;
        var dataDir = TextOf(ipam, "dataDir") is { Length: > 0 } written ? written : ReservationInventory.DefaultDataDirectory;
        return network with
        {
            Store = Path.Combine(dataDir, name),
            StateDirectory = TextOf(ipam, "stateDir") is { Length: > 0 } state ? state : ReservationInventory.DefaultStateDirectory,
            Subnets = SubnetsOf(ipam),
        };
    }

    static List<Cidr> SubnetsOf(JsonObject ipam)
    {
        var subnets = new List<Cidr>();
        Add(ipam);
        foreach (var set in ipam["ranges"] as JsonArray ?? [])
        {
            foreach (var range in set as JsonArray ?? [])
                Add(range as JsonObject);
        }
        return subnets;

        void Add(JsonObject? range)
        {
            if (range is not null && Cidr.TryParse(TextOf(range, "subnet"), out var subnet))
                subnets.Add(subnet);
        }
    }

    static string? TextOf(JsonObject from, string key) =>
        from[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}

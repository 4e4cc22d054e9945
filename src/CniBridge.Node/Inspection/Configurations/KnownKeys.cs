using CniBridge.Node.ConfigurationKeys;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>The known configuration keys of an object, from their descriptions.</summary>
static class KnownKeys
{
    /// <summary>The top-level keys of a network configuration list.</summary>
    internal static IReadOnlyList<string> OfList => NamesOf([.. NetworkKeys.Network, NetworkKeys.Plugins, .. NetworkKeys.OfList]);

    /// <summary>Returns the known keys of an object in a plugin's configuration; null if any key is allowed there.</summary>
    /// <param name="type">The type of the plugin.</param>
    /// <param name="ipamType">The type of its IPAM plugin.</param>
    /// <param name="path">The path of the object without array indexes, such as ipam.ranges[][]; empty for the plugin itself.</param>
    internal static IReadOnlyList<string>? Find(string type, string ipamType, string path)
    {
        var keys = FindTopLevel(type, ipamType);
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            keys = keys is null ? null : FindInside(keys, step);
        return keys is null ? null : NamesOf(keys);
    }

    static IReadOnlyList<ConfigurationKey>? FindTopLevel(string type, string ipamType) => type switch
    {
        "bridge" => [.. Common, .. BridgeKeys.All, Ipam(ipamType)],
        "portmap" => [.. Common, .. PortMapKeys.All],
        "loopback" => Common,
        _ => null,
    };

    static IReadOnlyList<ConfigurationKey> Common => [.. NetworkKeys.Network, .. PluginKeys.Any, .. PluginKeys.Ours];

    static ConfigurationKey Ipam(string type) => type == "host-local"
        ? PluginKeys.Ipam with { IsOpen = false, Members = [.. PluginKeys.Ipam.Members, .. HostLocalKeys.All] }
        : PluginKeys.Ipam;

    /// <summary>Returns the keys inside of a key; null if it is unknown, no object, or open for keys of other programs.</summary>
    /// <param name="step">The name of the key, with [] for each list on the way to the objects.</param>
    static IReadOnlyList<ConfigurationKey>? FindInside(IReadOnlyList<ConfigurationKey> keys, string step)
    {
        var name = step.TrimEnd('[', ']');
        // The last description of a name is the most detailed one.
        var key = keys.LastOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal));
        for (var depth = (step.Length - name.Length) / 2; depth > 0; depth--)
            key = key?.Item;
        return key is null or { IsOpen: true } or { Members.Count: 0 } ? null : key.Members;
    }

    static string[] NamesOf(IReadOnlyList<ConfigurationKey> keys) => [.. keys.Select(key => key.Name).Distinct()];
}

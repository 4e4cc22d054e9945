using CniBridge.Node.ConfigurationKeys;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>The described keys that plugins read, by their path as error messages write it: ipam.ranges[0][0].subnet.</summary>
static class KeyTable
{
    /// <summary>The keys of a plugin's configuration as a runtime passes it on: bridge with host-local.</summary>
    internal static IReadOnlyDictionary<string, ConfigurationKey> Bridge { get; } = Flatten(
    [
        .. NetworkKeys.Network, .. PluginKeys.Any, .. BridgeKeys.All,
        PluginKeys.Ipam with { Members = [.. PluginKeys.Ipam.Members, .. HostLocalKeys.All] },
    ]);

    /// <summary>The keys of portmap besides those of all plugins.</summary>
    internal static IReadOnlyDictionary<string, ConfigurationKey> PortMap { get; } = Flatten(PortMapKeys.All);

    static Dictionary<string, ConfigurationKey> Flatten(IEnumerable<ConfigurationKey> keys)
    {
        var table = new Dictionary<string, ConfigurationKey>();
        foreach (var key in keys.Where(key => !key.IsForRuntime))
            Add(table, key.Name, key);
        return table;
    }

    static void Add(Dictionary<string, ConfigurationKey> table, string path, ConfigurationKey key)
    {
        table.Add(path, key);
        if (key.Item is not null)
            Add(table, path + "[0]", key.Item);
        foreach (var member in key.Members.Where(member => !member.IsForRuntime))
            Add(table, $"{path}.{member.Name}", member);
    }
}

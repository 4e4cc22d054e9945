using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>Which VLANs a port of the bridge belongs to.</summary>
static class PortVlans
{
    /// <summary>Without vlan, a trunk's untagged frames belong to it, as on a bridge that nobody configured.</summary>
    const int DefaultVlan = 1;

    const int MinId = 1, MaxId = 4094;

    /// <summary>Nothing when the configuration names no VLAN.</summary>
    internal static IEnumerable<INetlinkMessage> Of(int index, string name, BridgeConfig config)
    {
        if (config is { Vlan: 0, Trunk.Count: 0 })
            yield break;
        if (!config.PreservesDefaultVlan)
            yield return new ChangePortVlans(index, name, MinId, MaxId) { IsRemoved = true };
        foreach (var range in config.Trunk)
            yield return new ChangePortVlans(index, name, range.First, range.Last);
        // Last: a trunk that names it too must not put its tag back.
        yield return Native(index, name, config);
    }

    /// <summary>The port behind which the gateway of a VLAN is: that one alone.</summary>
    internal static IEnumerable<INetlinkMessage> OfGateway(int index, string name, BridgeConfig config) =>
        Of(index, name, config with { Trunk = [] });

    static ChangePortVlans Native(int index, string name, BridgeConfig config)
    {
        var id = config.Vlan == 0 ? DefaultVlan : config.Vlan;
        return new ChangePortVlans(index, name, id, id) { IsNative = true };
    }

    /// <summary>What a port must have; it may have others.</summary>
    internal static IEnumerable<PortVlan> Expected(BridgeConfig config)
    {
        if (config is { Vlan: 0, Trunk.Count: 0 })
            yield break;
        var native = config.Vlan == 0 ? DefaultVlan : config.Vlan;
        yield return new PortVlan(native, IsNative: true);
        foreach (var range in config.Trunk)
        {
            for (var id = range.First; id <= range.Last; id++)
            {
                if (id != native)
                    yield return new PortVlan(id, IsNative: false);
            }
        }
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The VLANs of a bridge port.</summary>
static class PortVlans
{
    /// <summary>The VLAN of a trunk's untagged frames if the configuration names none; it is the default of a bridge.</summary>
    const int DefaultVlan = 1;

    const int MinId = 1, MaxId = 4094;

    /// <summary>Returns the changes for a pod's port; none if the configuration has no VLAN.</summary>
    internal static IEnumerable<INetlinkMessage> Create(int index, string name, BridgeConfig config)
    {
        if (config is { Vlan: 0, Trunk.Count: 0 })
            yield break;
        if (!config.PreservesDefaultVlan)
            yield return new ChangePortVlans(index, name, MinId, MaxId) { IsRemoved = true };
        foreach (var range in config.Trunk)
            yield return new ChangePortVlans(index, name, range.First, range.Last);
        // The native VLAN comes last: a trunk that also names it must not add its tag again.
        yield return Native(index, name, config);
    }

    /// <summary>Returns the changes for the port of a VLAN's gateway link, which belongs to that VLAN only.</summary>
    internal static IEnumerable<INetlinkMessage> OfGateway(int index, string name, BridgeConfig config) =>
        Create(index, name, config with { Trunk = [] });

    static ChangePortVlans Native(int index, string name, BridgeConfig config)
    {
        var id = config.Vlan == 0 ? DefaultVlan : config.Vlan;
        return new ChangePortVlans(index, name, id, id) { IsNative = true };
    }

    /// <summary>Returns the VLANs that a pod's port must have; it may have more.</summary>
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

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Inspection.Kinds;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The bridges as links, and the addresses that they carry.</summary>
sealed class BridgeCheck(Examination node)
{
    /// <summary>BR_MAX_PORTS less the number that means none, and what is left when it is told.</summary>
    const int MaxPorts = 1023, FewPorts = 23;

    static readonly Cidr s_linkLocal = Cidr.Parse("fe80::/10");

    internal void Run()
    {
        var seen = new HashSet<int>();
        foreach (var network in node.Networks)
        {
            if (network.Bridge is not { } bridge)
                continue;
            if (seen.Add(bridge.Index))
                CheckLink(network, bridge);
            if (bridge.Kind == "bridge" && network.Configured.FiltersVlans && bridge.FiltersVlans == false)
                node.Found.Add(BridgeFindings.VlansNotFiltered, "BRIDGE", bridge.Name, "NETWORK", network.Name);
            if (network.Configured.IsGateway && network.Gateway is { } gateway)
                CheckGateways(network, gateway);
        }
    }

    void CheckLink(ExaminedNetwork network, Link bridge)
    {
        if (bridge.Kind != "bridge")
        {
            node.Found.Add(BridgeFindings.NotABridge, "BRIDGE", bridge.Name, "NETWORK", network.Name,
                "KIND", bridge.Kind.Length > 0 ? $"a link of kind {bridge.Kind}" : "a device of the node", "NEW", NewName(bridge.Name));
            return;
        }
        if (!bridge.IsUp)
            node.Found.Add(BridgeFindings.BridgeDown, "BRIDGE", bridge.Name);
        if (bridge.RunsStp)
            node.Found.Add(BridgeFindings.SpanningTree, "BRIDGE", bridge.Name);
        if (node.Links.ListPorts(bridge.Index).Count is var count && count > MaxPorts - FewPorts)
            node.Found.Add(BridgeFindings.BridgeFull, "BRIDGE", bridge.Name, "COUNT", Text(count), "NODE", node.Options.NodeName ?? "NODE");
        CheckMtu(bridge);
    }

    /// <summary>A name has fifteen bytes.</summary>
    static string NewName(string name) => name[..Math.Min(name.Length, 11)] + ".old";

    void CheckMtu(Link bridge)
    {
        var (one, other) = (node.FindUplink(isV6: false), node.FindUplink(isV6: true));
        var smallest = one is null || other?.Mtu < one.Mtu ? other : one;
        if (smallest is not null && smallest.Index != bridge.Index && smallest.Mtu < bridge.Mtu)
        {
            node.Found.Add(BridgeFindings.BridgeMtu,
                "BRIDGE", bridge.Name, "MTU", Text(bridge.Mtu), "LINK", smallest.Name, "OTHER", Text(smallest.Mtu));
        }
    }

    void CheckGateways(ExaminedNetwork network, Link gateway)
    {
        var wanted = new List<Cidr>();
        foreach (var reservation in network.Reservations)
        {
            if (ExaminedNetwork.IsUsed(reservation) &&
                network.Configured.FindGateway(reservation.Address) is { } address && !wanted.Contains(address))
            {
                wanted.Add(address);
            }
        }
        foreach (var address in wanted)
        {
            if (!node.Addresses.Any(present => present.Index == gateway.Index && Serves(present.Cidr, address)))
                node.Found.Add(BridgeFindings.GatewayMissing, "BRIDGE", gateway.Name, "ADDRESS", address.ToString());
        }
        // Where the node reaches the world by the bridge, its own addresses are there.
        if (gateway.Index == node.FindUplink(isV6: false)?.Index || gateway.Index == node.FindUplink(isV6: true)?.Index)
            return;
        foreach (var present in node.Addresses)
        {
            if (present.Index == gateway.Index && !IsKnown(present.Cidr, gateway))
            {
                node.Found.Add(BridgeFindings.ForeignAddress,
                    "BRIDGE", gateway.Name, "ADDRESS", present.Cidr.ToString(), "NETWORK", network.Name);
            }
        }
    }

    /// <summary>An IPv6 address stands on a link once: with a shorter prefix it serves as well.</summary>
    static bool Serves(Cidr present, Cidr gateway) =>
        present == gateway || (gateway.Address.IsV6 && present.Address == gateway.Address && present.PrefixLength < gateway.PrefixLength);

    /// <summary>Of any network of the link, or of a former range that pods still have addresses of.</summary>
    bool IsKnown(Cidr present, Link gateway)
    {
        if (s_linkLocal.Contains(present.Address))
            return true;
        foreach (var network in node.Networks)
        {
            if (network.Gateway?.Index != gateway.Index)
                continue;
            if (network.Configured.Gateways.Any(address => address.Address == present.Address) ||
                network.Reservations.Any(reservation => ExaminedNetwork.IsUsed(reservation) && present.Contains(reservation.Address)))
            {
                return true;
            }
        }
        return false;
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

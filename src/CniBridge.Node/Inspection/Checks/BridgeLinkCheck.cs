using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Node.Inspection.Snapshots;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the bridges: their link settings and their addresses.</summary>
sealed class BridgeLinkCheck(DoctorContext node)
{
    /// <summary>The number of free ports below which the bridge is reported.</summary>
    const int FewPorts = 23;

    static readonly Cidr s_linkLocal = Cidr.Parse("fe80::/10");

    internal void Run()
    {
        var seen = new HashSet<int>();
        foreach (var network in node.Networks)
        {
            if (network.Bridge is not { } bridge)
            {
                CheckMissing(network);
                continue;
            }
            if (seen.Add(bridge.Index))
                CheckLink(bridge);
            if (bridge.Kind == "bridge" && network.Configured.FiltersVlans && bridge.FiltersVlans == false)
                node.Found.Add(BridgeFindings.VlansNotFiltered(bridge.Name, network.Name));
            // A gateway address on a link that is no bridge helps no pod.
            if (network.Configured.IsGateway && network.Gateway is { } gateway && bridge.Kind == "bridge")
                CheckGateways(network, gateway);
        }
    }

    /// <summary>Reports a bridge that is gone while pods of its network run. Without pods, the next ADD creates it.</summary>
    void CheckMissing(ExaminedNetwork network)
    {
        if (node.Pods.FirstOrDefault(pod => pod.Attachment?.Network == network.Name) is { } pod)
        {
            node.Found.Add(BridgeFindings.BridgeMissing(
                network.Configured.Bridge, pod.Name, network.Configured.FiltersVlans ? ["vlan_filtering", "1"] : []));
        }
    }

    void CheckLink(Link bridge)
    {
        if (bridge.Kind != "bridge")
        {
            var kind = bridge.Kind.Length > 0 ? $"a link of kind {bridge.Kind}" : "a physical or built-in link";
            node.Found.Add(BridgeFindings.NotABridge(bridge.Name, kind, NewName(bridge.Name)));
            return;
        }
        if (!bridge.IsUp)
            node.Found.Add(BridgeFindings.BridgeDown(bridge.Name));
        if (bridge.RunsStp)
            node.Found.Add(BridgeFindings.SpanningTree(bridge.Name));
        if (node.Links.ListPorts(bridge.Index).Count is var count && count > BridgeSnapshot.MaxPorts - FewPorts)
            node.Found.Add(BridgeFindings.BridgeFull(bridge.Name, count, BridgeSnapshot.MaxPorts, node.Options.NodeName ?? "NODE"));
    }

    /// <summary>Returns a name of at most 15 bytes (IFNAMSIZ).</summary>
    static string NewName(string name) => name[..Math.Min(name.Length, 11)] + ".old";

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
                node.Found.Add(BridgeFindings.GatewayMissing(gateway.Name, address));
        }
        // If the bridge is the uplink, it carries addresses of the node, too.
        if (gateway.Index == node.FindUplink(AddressFamily.IPv4)?.Index || gateway.Index == node.FindUplink(AddressFamily.IPv6)?.Index)
            return;
        foreach (var present in node.Addresses)
        {
            if (present.Index == gateway.Index && !IsKnown(present.Cidr, gateway))
                node.Found.Add(BridgeFindings.ForeignAddress(gateway.Name, present.Cidr, network.Name));
        }
    }

    /// <summary>
    /// Tells whether a present address can serve as the gateway. A link has each IPv6 address once, so a shorter prefix is accepted.
    /// </summary>
    static bool Serves(Cidr present, Cidr gateway) =>
        present == gateway || (gateway.Address.IsV6 && present.Address == gateway.Address && present.PrefixLength < gateway.PrefixLength);

    /// <summary>Tells whether the address is a gateway of a network on this link, or of a former range with running pods.</summary>
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
}

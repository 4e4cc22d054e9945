using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// ADD, which completes or leaves nothing. A failing step undoes everything that belongs to the attachment. The bridge, its gateway
/// addresses, forwarding and masquerade belong to all pods and stay.
/// </summary>
sealed class BridgeAdd(CniRequest request, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal CniResult Run()
    {
        CniResultWriter.CheckConvertible(addresses is not null, request.Version);
        request.Phases.End(Phase.Configuration);
        using var pod = request.OpenNamespace();
        var bridge = node.Bridges.Find(config);
        request.Phases.End(Phase.Link);

        using var undo = new Rollback(request.Log);
        // Addresses come before any change, unless IPAM needs the interface.
        var plan = addresses is { NeedsInterface: false } ? Plan(undo) : null;

        bridge ??= node.Bridges.Create(config);
        node.Bridges.Prepare(bridge, config);
        var veth = node.HostLinks.Create(request.Attachment, pod, bridge, config);
        undo.Push("delete the veth pair", () => node.HostLinks.Delete(veth));
        request.Phases.End(Phase.Link);
        // The rule must exist before the pod's end can be brought up and send.
        if (config.ChecksMacSpoofing)
            node.Firewall.GuardPort(new SpoofGuard(RecordOwner.From(request), veth.HostName, veth.PodMac), undo);
        request.Phases.End(Phase.Firewall);
        using var port = node.HostLinks.Watch(bridge, veth);
        plan ??= Plan(undo);
        Link? vlanGateway = null;
        if (!config.LeavesPodInterfaceDown)
        {
            using var duplicates = config.DetectsDuplicates ? node.ContainerLinks.WatchDuplicates(bridge, veth, FindReservation) : null;
            using var podLink = node.ContainerLinks.Configure(pod, request.Environment.InterfaceName, plan, duplicates);
            port.Await();
            request.Phases.End(Phase.Pod);
            // Shared objects are not undone, so they come last: an ADD that fails earlier leaves the node as it was.
            if (plan is not null)
            {
                vlanGateway = MakeGateway(bridge, plan);
                request.Phases.End(Phase.Gateway);
                Masquerade(plan);
                request.Phases.End(Phase.Firewall);
                // The node's own entries are changed directly, because its queue may be long. The pod announces itself to others.
                if (plan.Gateways.Count > 0)
                    node.Gateways.UpdateNeighbours(vlanGateway ?? bridge, plan.Addresses, veth.PodMac);
                podLink.Announce(veth.PodMac);
                request.Phases.End(Phase.Pod);
            }
        }
        // A bridge without a pinned MAC takes over MACs of its ports, so the new port may have changed it.
        var result = ToResult(bridge with { Mac = node.Bridges.GetMac(bridge) }, veth, vlanGateway, plan);
        undo.Cancel();
        return result;
    }

    IpAddress? FindReservation(Attachment attachment) => addresses?.FindReservation(attachment, AddressFamily.IPv6);

    AddressPlan? Plan(Rollback undo)
    {
        var plan = addresses is null ? null : AddressPlan.Make(config, addresses.Allocate(undo));
        request.Phases.End(Phase.Addresses);
        return plan;
    }

    /// <summary>Gives the gateway addresses to the bridge, or to the link of its VLAN.</summary>
    /// <returns>The link of the VLAN, or null if the bridge itself is the gateway.</returns>
    Link? MakeGateway(Link bridge, AddressPlan plan)
    {
        if (plan.Gateways.Count == 0)
            return null;
        var vlanGateway = config.Vlan == 0 ? null : node.Gateways.EnsureVlanLink(bridge, config);
        new BridgeGateways(request, config, addresses!, node).Ensure(bridge, vlanGateway ?? bridge, plan.Gateways);
        foreach (var family in AddressFamilies.All)
        {
            if (plan.HasGateway(family))
                node.Gateways.EnableForwarding(family);
        }
        return vlanGateway;
    }

    void Masquerade(AddressPlan plan)
    {
        if (!config.Masquerades)
        {
            node.Firewall.RemoveMasquerade(request.NetworkName);
            return;
        }
        foreach (var family in NetworkMasquerade.Create(request.NetworkName, addresses!.Pools, config.NotMasqueraded, plan.Result.Ips))
            node.Firewall.EnsureMasquerade(family with { Store = addresses!.Store });
    }

    CniResult ToResult(Link bridge, VethPair veth, Link? vlanGateway, AddressPlan? plan)
    {
        var addressed = plan?.Result ?? new CniResult { Dns = config.Dns ?? new CniDns() };
        var interfaces = new List<CniInterface>
        {
            new(bridge.Name, bridge.Mac.ToString(), ""),
            new(veth.HostName, veth.HostMac.ToString(), ""),
            new(request.Environment.InterfaceName, veth.PodMac.ToString(), request.Environment.NetworkNamespace),
        };
        if (vlanGateway is not null)
            interfaces.Add(new CniInterface(vlanGateway.Name, vlanGateway.Mac.ToString(), ""));
        return addressed with { Interfaces = interfaces };
    }
}

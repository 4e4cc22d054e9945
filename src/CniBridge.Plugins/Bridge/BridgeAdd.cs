using CniBridge.Linux.Route;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// ADD: everything or nothing. What belongs to the attachment is undone when a later step fails; the bridge, its gateway
/// addresses, forwarding and masquerading belong to all pods of the node and stay.
/// </summary>
sealed class BridgeAdd(CniRequest request, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal CniResult Run()
    {
        CniResultWriter.CheckConvertible(addresses is not null, request.Version);
        request.Phases.End(Phase.Configuration);
        using var pod = request.OpenNamespace();
        var bridge = node.FindBridge(config);
        request.Phases.End(Phase.Link);

        using var undo = new Rollback(request.Log);
        // Before anything is made, unless the addresses are asked for through the interface.
        var plan = addresses is { NeedsInterface: false } ? Plan(undo) : null;

        bridge ??= node.CreateBridge(config);
        node.PrepareBridge(bridge, config);
        var veth = node.CreateVeth(request.Attachment, pod, bridge, config);
        undo.Push("delete the veth pair", () => node.DeleteVeth(veth));
        request.Phases.End(Phase.Link);
        // Before anybody can bring the pod's end up, and it can send.
        if (config.ChecksMacSpoofing)
            node.Firewall.GuardPort(new SpoofGuard(RecordOwner.Of(request), veth.HostName, veth.PodMac), undo);
        request.Phases.End(Phase.Firewall);
        using var port = node.WatchPort(bridge, veth);
        plan ??= Plan(undo);
        Link? vlanGateway = null;
        if (!config.LeavesPodInterfaceDown)
        {
            using var podLink = node.ConfigurePod(pod, request.Environment.InterfaceName, plan, config.DetectsDuplicates);
            port.Await();
            request.Phases.End(Phase.Pod);
            // What all pods share and nobody undoes comes last: an ADD that fails before it leaves the node as it was.
            if (plan is not null)
            {
                vlanGateway = MakeGateway(bridge, plan);
                request.Phases.End(Phase.Gateway);
                Masquerade(plan);
                request.Phases.End(Phase.Firewall);
                // The node itself is told, for a queue may be long; the others hear it from the pod.
                if (plan.Gateways.Count > 0)
                    node.UpdateNeighbours(vlanGateway ?? bridge, plan.Addresses, veth.PodMac);
                podLink.Announce(veth.PodMac);
                request.Phases.End(Phase.Pod);
            }
        }
        // A bridge that was not born with a MAC, and is no gateway, follows its ports: this one may have changed it.
        var result = ToResult(bridge with { Mac = node.GetMac(bridge) }, veth, vlanGateway, plan);
        undo.Cancel();
        return result;
    }

    AddressPlan? Plan(Rollback undo)
    {
        var plan = addresses is null ? null : AddressPlan.Make(config, addresses.Allocate(undo));
        request.Phases.End(Phase.Addresses);
        return plan;
    }

    /// <returns>The link that carries the gateway in the bridge's place, if the pods are in a VLAN.</returns>
    Link? MakeGateway(Link bridge, AddressPlan plan)
    {
        if (plan.Gateways.Count == 0)
            return null;
        var vlanGateway = config.Vlan == 0 ? null : node.EnsureVlanGateway(bridge, config);
        new BridgeGateways(request, config, addresses!, node).Ensure(bridge, vlanGateway ?? bridge, plan.Gateways);
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (plan.HasGateway(isV6))
                node.EnableForwarding(isV6);
        }
        return vlanGateway;
    }

    void Masquerade(AddressPlan plan)
    {
        if (!config.Masquerade)
        {
            node.Firewall.RemoveMasquerade(request.NetworkName);
            return;
        }
        foreach (var family in NetworkMasquerade.Of(request.NetworkName, addresses!.Pools, config.NotMasqueraded, plan.Result.Ips))
            node.Firewall.EnsureMasquerade(family);
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

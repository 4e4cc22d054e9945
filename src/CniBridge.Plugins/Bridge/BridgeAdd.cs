using CniBridge.Linux.Route;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// ADD: everything or nothing. What belongs to the attachment is undone when a later step fails; the bridge, its gateway
/// addresses and forwarding belong to all pods of the node and stay.
/// </summary>
sealed class BridgeAdd(CniRequest request, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal CniResult Run()
    {
        CniResultWriter.CheckConvertible(addresses is not null, request.Version);
        using var pod = request.OpenNamespace();
        var bridge = node.FindBridge(config.Bridge);

        using var undo = new Rollback(request.Log);
        var assigned = addresses?.Allocate(undo);
        var plan = assigned is null ? null : AddressPlan.Make(config, assigned);

        // A bridge has a MAC of its own when it was born with one, or is made a gateway; any other follows its ports.
        var isMacOwn = bridge is null || (config.IsGateway && !bridge.Mac.IsZero);
        bridge ??= node.CreateBridge(config);
        node.PrepareBridge(bridge, config);
        var veth = node.CreateVeth(request.Attachment, pod, bridge, config);
        undo.Push("delete the veth pair", () => node.DeleteVeth(veth));
        node.ConfigurePod(pod, request.Environment.InterfaceName, plan, config.DetectsDuplicates);
        node.AwaitPort(veth);
        // What all pods share and nobody undoes comes last: an ADD that fails before it leaves the node as it was.
        if (plan is not null)
            MakeGateway(bridge, plan);
        undo.Cancel();
        return ToResult(isMacOwn ? bridge : node.FindLink(config.Bridge) ?? bridge, veth, plan);
    }

    void MakeGateway(Link bridge, AddressPlan plan)
    {
        if (plan.Gateways.Count == 0)
            return;
        node.EnsureGateways(bridge, plan.Gateways, config.ForceAddress);
        foreach (var isV6 in plan.Gateways.Select(gateway => gateway.Address.IsV6).Distinct())
            node.EnableForwarding(isV6);
    }

    CniResult ToResult(Link bridge, VethPair veth, AddressPlan? plan)
    {
        var addressed = plan?.Result ?? new CniResult { Dns = config.Dns ?? new CniDns() };
        return addressed with
        {
            Interfaces =
            [
                new CniInterface(bridge.Name, bridge.Mac.ToString(), ""),
                new CniInterface(veth.HostName, veth.HostMac.ToString(), ""),
                new CniInterface(request.Environment.InterfaceName, veth.PodMac.ToString(), request.Environment.NetworkNamespace),
            ],
        };
    }
}

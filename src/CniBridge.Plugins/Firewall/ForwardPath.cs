using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Firewall;

/// <summary>The path of new connections between a pod and the outside, through the node.</summary>
/// <param name="Pod">The pod's address.</param>
/// <param name="Gateway">The link with the pod's gateway address: the bridge, or the link of a VLAN.</param>
/// <param name="Uplink">The link of the node's default route; null without a default route: any link.</param>
sealed record ForwardPath(IpAddress Pod, Link Gateway, Link? Uplink, bool IsFromPod)
{
    internal PacketSketch Packet => IsFromPod
        ? new PacketSketch(Pod.Family) { Input = Gateway, Output = Uplink, Source = Pod }
        : new PacketSketch(Pod.Family) { Input = Uplink, Output = Gateway, Destination = Pod };

    public override string ToString() => (IsFromPod, Uplink) switch
    {
        (true, null) => $"of pod {Pod} from {Gateway.Name}",
        (true, _) => $"of pod {Pod} from {Gateway.Name} to {Uplink.Name}",
        (false, null) => $"to pod {Pod} through {Gateway.Name}",
        (false, _) => $"to pod {Pod} from {Uplink.Name} to {Gateway.Name}",
    };
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Firewall;

/// <summary>The path of packets of a pod through the node.</summary>
/// <param name="Pod">The pod's address.</param>
/// <param name="Gateway">The link with the pod's gateway address: the bridge, or the link of a VLAN.</param>
/// <param name="Uplink">The link of the node's default route; null without a default route: any link.</param>
sealed record ForwardPath(IpAddress Pod, Link Gateway, Link? Uplink, TrafficKind Kind)
{
    /// <summary>IPPROTO_TCP</summary>
    const byte Tcp = 6;

    /// <summary>NF_IP_PRI_CONNTRACK: chains before this priority do not know the connection of a packet.</summary>
    const int ConnectionTracking = -200;

    /// <summary>The pod CIDR of another node, if the packet is from or to its pods; null: any host outside.</summary>
    internal Cidr? Peers { get; init; }

    internal bool IsFromPod => Kind is TrafficKind.PodToOutside or TrafficKind.ReplyOfPod or TrafficKind.ReplyOfHostPort
        or TrafficKind.ReplyToNode or TrafficKind.BetweenPods;

    bool IsReply => Kind is TrafficKind.ReplyToPod or TrafficKind.ReplyOfPod or TrafficKind.ReplyOfHostPort or TrafficKind.ReplyToNode;

    bool IsOfNode => Kind is TrafficKind.NodeToPod or TrafficKind.ReplyToNode;

    bool IsOfHostPort => Kind is TrafficKind.HostPort or TrafficKind.ReplyOfHostPort;

    /// <summary>
    /// Returns the hooks that judge the packet, in their order. The hook prerouting sees addresses before NAT changes them, so only
    /// packets from the pod are known there.
    /// </summary>
    internal IReadOnlyList<uint> Hooks => Kind switch
    {
        TrafficKind.NodeToPod => [ChainHook.FilterOutput.Number],
        TrafficKind.ReplyToNode => [ChainHook.RawPrerouting.Number, ChainHook.FilterInput.Number],
        TrafficKind.PodToOutside or TrafficKind.ReplyOfPod => [ChainHook.RawPrerouting.Number, ChainHook.FilterForward.Number],
        _ => [ChainHook.FilterForward.Number],
    };

    /// <summary>Returns the known fields of the packet when a chain sees it.</summary>
    internal PacketSketch PacketAt(ChainHook hook) => new(Pod.Family)
    {
        Input = Kind == TrafficKind.NodeToPod ? null : IsFromPod ? Gateway : Uplink,
        Output = OutputAt(hook),
        Source = IsFromPod ? Pod : null,
        Destination = IsFromPod ? null : Pod,
        SourceRange = IsFromPod ? null : Peers,
        DestinationRange = IsFromPod ? Peers : null,
        Protocol = Tcp,
        State = hook.Priority <= ConnectionTracking ? ConnectionState.Unknown : IsReply ? ConnectionState.Reply : ConnectionState.New,
        HasNewDestination = IsOfHostPort,
        IsUnmarked = true,
    };

    /// <summary>Returns the link on which the packet leaves; null if it is not known, or not yet chosen.</summary>
    Link? OutputAt(ChainHook hook)
    {
        if (hook.Number == ChainHook.RawPrerouting.Number || Kind == TrafficKind.ReplyToNode)
            return null;
        return Kind == TrafficKind.BetweenPods || !IsFromPod ? Gateway : Uplink;
    }

    public override string ToString() => IsOfNode
        ? $"{Words} {Gateway.Name}"
        : (IsFromPod, Kind == TrafficKind.BetweenPods ? Gateway : Uplink) switch
        {
            (true, null) => $"{Words} from {Gateway.Name}",
            (true, { } output) => $"{Words} from {Gateway.Name} to {output.Name}",
            (false, null) => $"{Words} through {Gateway.Name}",
            (false, { } input) => $"{Words} from {input.Name} to {Gateway.Name}",
        };

    string Words => Subject + (Peers is null ? "" : $" {(IsFromPod ? "to" : "from")} pods of {Peers}");

    string Subject => Kind switch
    {
        TrafficKind.PodToOutside or TrafficKind.BetweenPods => $"new connections of pod {Pod}",
        TrafficKind.ReplyToPod => $"replies to pod {Pod}",
        TrafficKind.OutsideToPod => $"new connections to pod {Pod}",
        TrafficKind.ReplyOfPod => $"replies of pod {Pod}",
        TrafficKind.HostPort => $"new connections to host ports of pod {Pod}",
        TrafficKind.ReplyOfHostPort => $"replies of host ports of pod {Pod}",
        TrafficKind.NodeToPod => $"new connections of this node to pod {Pod} through",
        _ => $"replies of pod {Pod} to this node from",
    };
}

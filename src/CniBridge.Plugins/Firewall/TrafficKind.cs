namespace CniBridge.Plugins.Firewall;

/// <summary>The kinds of packets that the node must let through for its pods.</summary>
enum TrafficKind
{
    /// <summary>A pod opens a connection to an address outside the node.</summary>
    PodToOutside,

    /// <summary>The answer to <see cref="PodToOutside"/>.</summary>
    ReplyToPod,

    /// <summary>A host or a pod outside the node opens a connection to a pod.</summary>
    OutsideToPod,

    /// <summary>The answer to <see cref="OutsideToPod"/>.</summary>
    ReplyOfPod,

    /// <summary>A host outside opens a connection to a host port, which portmap redirects to a pod.</summary>
    HostPort,

    /// <summary>The answer to <see cref="HostPort"/>.</summary>
    ReplyOfHostPort,

    /// <summary>The node opens a connection to a pod, as the kubelet does for probes.</summary>
    NodeToPod,

    /// <summary>The answer to <see cref="NodeToPod"/>.</summary>
    ReplyToNode,

    /// <summary>A pod opens a connection to another pod of the bridge. Bridge netfilter shows it to the hook forward.</summary>
    BetweenPods,
}

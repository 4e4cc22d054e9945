namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of settings of the kernel that packets of pods depend on.</summary>
static class ForwardingFindings
{
    internal static readonly FindingKind ForwardingOff = new("forwarding-off-ipv4", Severity.Error,
        "The node forwards no IPv4 packets (net.ipv4.ip_forward = 0), and {BRIDGE} is a gateway of pods",
        "Pods reach nothing outside the node, and are not reached",
        "sysctl -w net.ipv4.ip_forward=1");

    internal static readonly FindingKind ForwardingOffV6 = new("forwarding-off-ipv6", Severity.Error,
        "The node forwards no IPv6 packets (net.ipv6.conf.all.forwarding = 0), and {BRIDGE} is a gateway of pods",
        "Pods reach nothing outside the node, and are not reached",
        "sysctl -w net.ipv6.conf.all.forwarding=1");

    internal static readonly FindingKind ForwardingOffLink = new("forwarding-off-link", Severity.Error,
        "The node forwards no {FAMILY} packets that come by {LINK}",
        "Pods reach nothing outside the node, or get no answers",
        "sysctl -w net/{CONF}/conf/{LINK}/forwarding=1");

    internal static readonly FindingKind StrictReversePath = new("rp-filter-strict", Severity.Warning,
        "{LINK} drops what the node itself would answer by {OTHER} (rp_filter = 1), and both have a default route",
        "Pods get no answers that come by another link than the question went",
        "sysctl -w net/ipv4/conf/{LINK}/rp_filter=2");

    internal static readonly FindingKind AdvertisementsIgnored = new("accept-ra-ignored", Severity.Error,
        "The default route by {LINK} was learned from a router, whose advertisements the kernel ignores now (accept_ra = 1 while it forwards)",
        "The node and its pods lose the IPv6 world when the route's lifetime ends",
        "sysctl -w net/ipv6/conf/{LINK}/accept_ra=2");

    internal static readonly FindingKind AdvertisementsOfPods = new("bridge-accepts-ra", Severity.Warning,
        "{BRIDGE} believes router advertisements (accept_ra = {VALUE})",
        "A pod that sends one becomes the node's router",
        "sysctl -w net/ipv6/conf/{BRIDGE}/accept_ra=0");

    internal static readonly FindingKind IPv6SwitchedOff = new("ipv6-switched-off", Severity.Error,
        "IPv6 is switched off on {BRIDGE}, and the network {NETWORK} has IPv6 ranges",
        "No pod of the network starts",
        "sysctl -w net/ipv6/conf/{BRIDGE}/disable_ipv6=0");

    internal static readonly FindingKind ServicesNotOnBridge = new("bridge-netfilter-off", Severity.Error,
        "kube-proxy's {FAMILY} rules do not see what pods of {BRIDGE} send to each other ({SETTING} = 0)",
        "A pod that reaches a service whose pod is on the same node gets no answer",
        "sysctl -w net/bridge/{SETTING}=1");

    internal static readonly FindingKind ServicesWithoutModule = new("bridge-netfilter-missing", Severity.Error,
        "kube-proxy's {FAMILY} rules do not see what pods of {BRIDGE} send to each other: br_netfilter is not loaded",
        "A pod that reaches a service whose pod is on the same node gets no answer",
        "modprobe br_netfilter");

    internal static readonly FindingKind[] All =
    [
        ForwardingOff, ForwardingOffV6, ForwardingOffLink, StrictReversePath, AdvertisementsIgnored, AdvertisementsOfPods,
        IPv6SwitchedOff, ServicesNotOnBridge, ServicesWithoutModule,
    ];
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about kernel settings that pod traffic depends on.</summary>
static class ForwardingFindings
{
    internal static readonly FindingKind ForwardingOff = new("forwarding-off-ipv4", Severity.Error,
        "IPv4 forwarding is off (net.ipv4.ip_forward = 0), but {BRIDGE} is the gateway of pods",
        "Pods cannot reach hosts outside the node, and hosts outside cannot reach pods",
        "sysctl -w net.ipv4.ip_forward=1");

    internal static readonly FindingKind ForwardingOffV6 = new("forwarding-off-ipv6", Severity.Error,
        "IPv6 forwarding is off (net.ipv6.conf.all.forwarding = 0), but {BRIDGE} is the gateway of pods",
        "Pods cannot reach hosts outside the node, and hosts outside cannot reach pods",
        "sysctl -w net.ipv6.conf.all.forwarding=1");

    internal static readonly FindingKind ForwardingOffLink = new("forwarding-off-link", Severity.Error,
        "{FAMILY} forwarding is off on {LINK} (net/{CONF}/conf/{LINK}/forwarding = 0)",
        "Pods cannot reach hosts outside the node, or receive no replies",
        "sysctl -w net/{CONF}/conf/{LINK}/forwarding=1");

    internal static readonly FindingKind StrictReversePath = new("rp-filter-strict", Severity.Warning,
        "{LINK} drops packets from hosts that the node reaches through {OTHER} (rp_filter = 1), and both have a default route",
        "Pods lose replies that arrive on another link than the request used",
        "sysctl -w net/ipv4/conf/{LINK}/rp_filter=2");

    internal static readonly FindingKind AdvertisementsIgnored = new("accept-ra-ignored", Severity.Error,
        "The default route through {LINK} comes from router advertisements, but the kernel ignores new ones (accept_ra = 1, forwarding on)",
        "The node and its pods lose IPv6 connectivity when the lifetime of the route ends",
        "sysctl -w net/ipv6/conf/{LINK}/accept_ra=2");

    internal static readonly FindingKind AdvertisementsOfPods = new("bridge-accepts-ra", Severity.Warning,
        "{BRIDGE} accepts router advertisements (accept_ra = {VALUE})",
        "A pod that sends router advertisements becomes the default router of the node",
        "sysctl -w net/ipv6/conf/{BRIDGE}/accept_ra=0");

    internal static readonly FindingKind IPv6SwitchedOff = new("ipv6-switched-off", Severity.Error,
        "IPv6 is disabled on {BRIDGE} (disable_ipv6), but the network {NETWORK} has IPv6 ranges",
        "Pods of the network cannot start",
        "sysctl -w net/ipv6/conf/{BRIDGE}/disable_ipv6=0");

    internal static readonly FindingKind ServicesNotOnBridge = new("bridge-netfilter-off", Severity.Error,
        "The {FAMILY} rules of kube-proxy do not apply to traffic between pods on {BRIDGE} ({SETTING} = 0)",
        "A pod receives no reply from a service if the service's pod runs on the same node",
        "sysctl -w net/bridge/{SETTING}=1");

    internal static readonly FindingKind ServicesWithoutModule = new("bridge-netfilter-missing", Severity.Error,
        "The {FAMILY} rules of kube-proxy do not apply to traffic between pods on {BRIDGE} (module br_netfilter is not loaded)",
        "A pod receives no reply from a service if the service's pod runs on the same node",
        "modprobe br_netfilter");

    internal static readonly FindingKind[] All =
    [
        ForwardingOff, ForwardingOffV6, ForwardingOffLink, StrictReversePath, AdvertisementsIgnored, AdvertisementsOfPods,
        IPv6SwitchedOff, ServicesNotOnBridge, ServicesWithoutModule,
    ];
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about kernel settings that pod traffic depends on.</summary>
static class ForwardingFindings
{
    internal static Finding ForwardingOff(string bridge) => Finding.Error("forwarding-off-ipv4",
        $"IPv4 forwarding is off (net.ipv4.ip_forward = 0), but {bridge} is the gateway of pods",
        "Pods cannot reach hosts outside the node, and hosts outside cannot reach pods",
        $"sysctl -w net.ipv4.ip_forward=1");

    internal static Finding ForwardingOffV6(string bridge) => Finding.Error("forwarding-off-ipv6",
        $"IPv6 forwarding is off (net.ipv6.conf.all.forwarding = 0), but {bridge} is the gateway of pods",
        "Pods cannot reach hosts outside the node, and hosts outside cannot reach pods",
        $"sysctl -w net.ipv6.conf.all.forwarding=1");

    internal static Finding ForwardingOffLink(string link) => Finding.Error("forwarding-off-link",
        $"IPv4 forwarding is off on {link} (net/ipv4/conf/{link}/forwarding = 0)",
        "Pods cannot reach hosts outside the node, or receive no replies",
        $"sysctl -w net/ipv4/conf/{link}/forwarding=1");

    internal static Finding StrictReversePath(string link, string other) => Finding.Warning("rp-filter-strict",
        $"{link} drops packets from hosts that the node reaches through {other} (rp_filter = 1), and both have a default route",
        "Pods lose replies that arrive on another link than the request used",
        $"sysctl -w net/ipv4/conf/{link}/rp_filter=2");

    internal static Finding AdvertisementsIgnored(string link) => Finding.Error("accept-ra-ignored",
        $"The default route through {link} comes from router advertisements, but the kernel ignores new ones " +
        "(accept_ra = 1, forwarding on)",
        "The node and its pods lose IPv6 connectivity when the lifetime of the route ends",
        $"sysctl -w net/ipv6/conf/{link}/accept_ra=2");

    internal static Finding AdvertisementsOfPods(string bridge, string value) => Finding.Warning("bridge-accepts-ra",
        $"{bridge} accepts router advertisements (accept_ra = {value})",
        "A pod that sends router advertisements becomes the default router of the node",
        $"sysctl -w net/ipv6/conf/{bridge}/accept_ra=0");

    internal static Finding IPv6SwitchedOff(string bridge, string network) => Finding.Error("ipv6-switched-off",
        $"IPv6 is disabled on {bridge} (disable_ipv6), but the network {network} has IPv6 ranges",
        "Pods of the network cannot start",
        $"sysctl -w net/ipv6/conf/{bridge}/disable_ipv6=0");

    internal static Finding ServicesNotOnBridge(AddressFamily family, string bridge, string setting) =>
        Finding.Error("bridge-netfilter-off",
            $"The {family} rules of kube-proxy do not apply to traffic between pods on {bridge} ({setting} = 0)",
            "A pod receives no reply from a service if the service's pod runs on the same node",
            $"sysctl -w net/bridge/{setting}=1");

    internal static Finding ServicesWithoutModule(AddressFamily family, string bridge) => Finding.Error("bridge-netfilter-missing",
        $"The {family} rules of kube-proxy do not apply to traffic between pods on {bridge} (module br_netfilter is not loaded)",
        "A pod receives no reply from a service if the service's pod runs on the same node",
        $"modprobe br_netfilter");
}

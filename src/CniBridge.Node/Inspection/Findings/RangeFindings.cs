using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about address ranges of pods.</summary>
static class RangeFindings
{
    internal static Finding RangeOverlapsRange(Cidr range, string network, Cidr other, string otherNetwork, string file) =>
        Finding.Error("range-overlaps-range",
            $"The range {range} of the network {network} overlaps the range {other} of the network {otherNetwork}",
            "Pods of both networks can get the same address, or pods of one network are unreachable",
            $"vi {file}");

    internal static Finding RangeOverlapsService(Cidr range, string network, Cidr other, string file) =>
        Finding.Error("range-overlaps-service",
            $"The range {range} of the network {network} overlaps the service CIDR {other}",
            "A pod and a service can get the same address",
            $"vi {file}");

    internal static Finding RangeOverlapsLink(Cidr range, string network, Cidr other, string link, string file) =>
        Finding.Error("range-overlaps-link",
            $"The range {range} of the network {network} overlaps {other}, the subnet of the link {link}",
            "Pods cannot reach hosts on that link, or the node cannot reach its pods",
            $"vi {file}");

    /// <summary>Creates the finding that a route without a next hop takes packets for pods of this node.</summary>
    /// <param name="kind">The type of the route: "blackhole", "unreachable", "prohibit" or "throw".</param>
    internal static Finding RouteRefusesPods(string kind, Cidr route, Cidr range) => Finding.Error("route-refuses-pods",
        $"The {kind} route {route} takes packets for pods of {range}",
        "Pods with these addresses cannot be reached, and receive no replies",
        $"ip -{FindingWords.Digit(route.Address.Family)} route del {kind} {route}");

    internal static Finding RouteHidesPods(Cidr route, string link, Cidr range, string bridge) => Finding.Error("route-hides-pods",
        $"The route {route} dev {link} diverts packets for pods of {range} away from {bridge}",
        "Pods with these addresses cannot be reached, and receive no replies",
        $"ip -{FindingWords.Digit(route.Address.Family)} route del {route} dev {link}");
}

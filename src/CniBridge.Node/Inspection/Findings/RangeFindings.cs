namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about address ranges of pods.</summary>
static class RangeFindings
{
    internal static readonly FindingKind RangeOverlapsRange = new("range-overlaps-range", Severity.Error,
        "The range {RANGE} of the network {NETWORK} overlaps the range {OTHER} of the network {OTHER_NETWORK}",
        "Pods of both networks can get the same address, or pods of one network are unreachable",
        "vi {FILE}");

    internal static readonly FindingKind RangeOverlapsService = new("range-overlaps-service", Severity.Error,
        "The range {RANGE} of the network {NETWORK} overlaps the service CIDR {OTHER}",
        "A pod and a service can get the same address",
        "vi {FILE}");

    internal static readonly FindingKind RangeOverlapsLink = new("range-overlaps-link", Severity.Error,
        "The range {RANGE} of the network {NETWORK} overlaps {OTHER}, the subnet of the link {LINK}",
        "Pods cannot reach hosts on that link, or the node cannot reach its pods",
        "vi {FILE}");

    internal static readonly FindingKind RouteHidesPods = new("route-hides-pods", Severity.Error,
        "The route {ROUTE} dev {LINK} diverts packets for pods of {RANGE} away from {BRIDGE}",
        "Pods with these addresses cannot be reached, and receive no replies",
        "ip [FAMILY] route del {ROUTE} dev {LINK}");

    internal static readonly FindingKind[] All =
    [
        RangeOverlapsRange, RangeOverlapsService, RangeOverlapsLink, RouteHidesPods,
    ];
}

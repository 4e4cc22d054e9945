namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of ranges of pods' addresses.</summary>
static class RangeFindings
{
    internal static readonly FindingKind RangeOverlapsRange = new("range-overlaps-range", Severity.Error,
        "{RANGE} of the network {NETWORK} overlaps {OTHER} of the network {OTHER_NETWORK}",
        "Pods of both networks get the same addresses, or none is reached",
        "vi {FILE}");

    internal static readonly FindingKind RangeOverlapsService = new("range-overlaps-service", Severity.Error,
        "{RANGE} of the network {NETWORK} overlaps the service range {OTHER}",
        "Pods and services get the same addresses",
        "vi {FILE}");

    internal static readonly FindingKind RangeOverlapsLink = new("range-overlaps-link", Severity.Error,
        "{RANGE} of the network {NETWORK} overlaps {OTHER}, the network of the link {LINK}",
        "Pods do not reach what is on that link, or the node does not reach its pods",
        "vi {FILE}");

    internal static readonly FindingKind RouteHidesPods = new("route-hides-pods", Severity.Error,
        "The route {ROUTE} by {LINK} takes packets to pods of {RANGE} away from {BRIDGE}",
        "Pods with such addresses are not reached, and get no answers",
        "ip [FAMILY] route del {ROUTE} dev {LINK}");

    internal static readonly FindingKind[] All =
    [
        RangeOverlapsRange, RangeOverlapsService, RangeOverlapsLink, RouteHidesPods,
    ];
}

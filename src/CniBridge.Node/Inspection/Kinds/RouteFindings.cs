namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of routes to pods of other nodes.</summary>
static class RouteFindings
{
    internal static readonly FindingKind RouteMissing = new("route-missing", Severity.Error,
        "The route {ROUTE} by {GATEWAY} to {NODE} is missing",
        "This node's pods do not reach those of the other node",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteWrong = new("route-wrong", Severity.Error,
        "The route {ROUTE} does not go by {GATEWAY}, where {NODE} is",
        "This node's pods do not reach those of the other node",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteUnwanted = new("route-unwanted", Severity.Warning,
        "The route {ROUTE} is of no node any more",
        "Packets to it go to a node that has no such pods",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteForeign = new("route-foreign", Severity.Error,
        "Another program's route {ROUTE} (protocol {PROTOCOL}) is in place of that to {NODE}",
        "This node's pods may not reach those of the other node",
        "ip [FAMILY] route del {ROUTE} proto {PROTOCOL} metric {METRIC} && {PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind NodeUnreachable = new("node-unreachable", Severity.Error,
        "{WHAT}",
        "Pods of the two nodes do not reach each other",
        "{PROGRAM} routes plan --for router --nodes {TABLE}");

    internal static readonly FindingKind NodeTableProblem = new("node-table", Severity.Warning,
        "{WHAT}",
        "Some node's pods are not reached",
        "vi /etc/cni-bridge/nodes.json");

    internal static readonly FindingKind PodRangeRefused = new("pod-range-refused", Severity.Error,
        "{WHAT}",
        "This node makes no route to that range, because it would lead packets away from where they belong",
        "{PROGRAM} routes show --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteRetained = new("route-retained", Severity.Warning,
        "{WHAT}",
        "The route may be out of date, and is neither changed nor removed until the entry is right",
        "vi /etc/cni-bridge/nodes.json");

    internal static readonly FindingKind NodeUnknown = new("node-unknown", Severity.Error,
        "This node is not in the table {TABLE} by its name {NAME}",
        "Its own pod ranges are not known, and other nodes may have no routes to them",
        "{PROGRAM} routes show --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind[] All =
    [
        RouteMissing, RouteWrong, RouteUnwanted, RouteForeign, NodeUnreachable, NodeTableProblem, PodRangeRefused,
        RouteRetained, NodeUnknown,
    ];
}

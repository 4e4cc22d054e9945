namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about routes to pods of other nodes.</summary>
static class RouteFindings
{
    internal static readonly FindingKind RouteMissing = new("route-missing", Severity.Error,
        "The route {ROUTE} via {GATEWAY} ({NODE}) is missing",
        "Pods of this node cannot reach pods of the other node",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteWrong = new("route-wrong", Severity.Error,
        "The route {ROUTE} does not use the next hop {GATEWAY} ({NODE})",
        "Pods of this node cannot reach pods of the other node",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteUnwanted = new("route-unwanted", Severity.Warning,
        "The route {ROUTE} belongs to no node of the cluster",
        "Packets for this destination go to a node that does not have these pods",
        "{PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteForeign = new("route-foreign", Severity.Error,
        "A route of another program (protocol {PROTOCOL}) takes the place of the route {ROUTE} to {NODE}",
        "Pods of this node may not reach pods of the other node",
        "ip [FAMILY] route del {ROUTE} proto {PROTOCOL} metric {METRIC} && {PROGRAM} routes sync --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind NodeUnreachable = new("node-unreachable", Severity.Error,
        "{WHAT}",
        "Pods of the two nodes cannot reach each other",
        "{PROGRAM} routes plan --for router --nodes {TABLE}");

    internal static readonly FindingKind NodeTableProblem = new("node-table", Severity.Warning,
        "{WHAT}",
        "Pods of some nodes cannot be reached",
        "vi /etc/cni-bridge/nodes.json");

    internal static readonly FindingKind PodRangeRefused = new("pod-range-refused", Severity.Error,
        "{WHAT}",
        "This node creates no route to this pod CIDR, because the route could divert other traffic",
        "{PROGRAM} routes show --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind RouteRetained = new("route-retained", Severity.Warning,
        "{WHAT}",
        "The route may be out of date; it is neither changed nor removed until the entry is correct",
        "vi /etc/cni-bridge/nodes.json");

    internal static readonly FindingKind NodeUnknown = new("node-unknown", Severity.Error,
        "The table {TABLE} has no entry for this node ({NAME})",
        "The pod CIDRs of this node are unknown, and other nodes may have no routes to them",
        "{PROGRAM} routes show --nodes {TABLE} --node-name {NAME}");

    internal static readonly FindingKind[] All =
    [
        RouteMissing, RouteWrong, RouteUnwanted, RouteForeign, NodeUnreachable, NodeTableProblem, PodRangeRefused,
        RouteRetained, NodeUnknown,
    ];
}

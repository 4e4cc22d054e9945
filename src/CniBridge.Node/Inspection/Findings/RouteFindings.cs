using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>
/// Findings about routes to pods of other nodes. The parameters are: the path of the node table, and the name of this node in it.
/// </summary>
static class RouteFindings
{
    internal static Finding RouteMissing(Cidr route, IpAddress gateway, string node, string table, string name, string program) =>
        Finding.Error("route-missing",
            $"The route {route} via {gateway} ({node}) is missing",
            "Pods of this node cannot reach pods of the other node",
            Synchronize(table, name, program));

    internal static Finding RouteWrong(Cidr route, IpAddress gateway, string node, string table, string name, string program) =>
        Finding.Error("route-wrong",
            $"The route {route} does not use the next hop {gateway} ({node})",
            "Pods of this node cannot reach pods of the other node",
            Synchronize(table, name, program));

    internal static Finding RouteUnwanted(Cidr route, string table, string name, string program) => Finding.Warning("route-unwanted",
        $"The route {route} belongs to no node of the cluster",
        "Packets for this destination go to a node that does not have these pods",
        Synchronize(table, name, program));

    internal static Finding RouteForeign(
        Cidr route, long protocol, string node, long metric, string table, string name, string program) =>
        Finding.Error("route-foreign",
            $"A route of another program (protocol {protocol}) takes the place of the route {route} to {node}",
            "Pods of this node may not reach pods of the other node",
            $"ip -{FindingWords.Digit(route.Address.Family)} route del {route} proto {protocol} metric {metric} && " +
            $"{Synchronize(table, name, program)}");

    /// <summary>Creates the finding that a route to a part of a peer's pod CIDR takes its packets.</summary>
    /// <param name="kind">The type of the route: "unicast", "blackhole", "unreachable", "prohibit" or "throw".</param>
    internal static Finding RouteInsidePeer(string kind, Cidr route, Cidr range, string node) => Finding.Error("route-inside-peer",
        $"The {kind} route {route} of another program takes packets for pods of {node} ({range})",
        "Pods of this node cannot reach these pods of the other node",
        $"ip -{FindingWords.Digit(route.Address.Family)} route del {kind} {route}");

    /// <summary>Creates the finding that a policy rule (ip rule) selects another routing table for packets of pods.</summary>
    /// <param name="target">The place where the packets belong, such as "the next hop 192.168.1.12 (node2)".</param>
    internal static Finding PolicyRule(long priority, long table, Cidr range, string target) => Finding.Error("policy-rule-diverts",
        $"The policy rule {priority} (table {table}) takes packets for pods of {range} away from {target}",
        "Pods cannot reach these pods, or receive no replies from them",
        $"ip -{FindingWords.Digit(range.Address.Family)} rule del priority {priority}");

    /// <summary>Creates the finding that next hops do not answer to ARP or neighbour discovery.</summary>
    /// <param name="hops">The addresses with the names of their nodes.</param>
    internal static Finding NextHopSilent(IReadOnlyList<string> hops, string table, string name, string program) =>
        Finding.Error("next-hop-silent",
            $"Next hops of routes to other nodes do not answer: {FindingWords.List(hops)}",
            "Pods of this node cannot reach pods of these nodes",
            $"{program} routes verify --nodes {table} --node-name {name}");

    internal static Finding NodeUnreachable(string what, string table, string program) => Finding.Error("node-unreachable",
        what,
        "Pods of the two nodes cannot reach each other",
        $"{program} routes plan --for router --nodes {table}");

    internal static Finding NodeTableProblem(string what, string node, NodeOrigin origin) => Finding.Warning("node-table",
        what,
        "Pods of some nodes cannot be reached",
        Correct(node, origin));

    internal static Finding PodRangeRefused(string what, string table, string name, string program) => Finding.Error("pod-range-refused",
        what,
        "This node creates no route to this pod CIDR, because the route could divert other traffic",
        $"{program} routes show --nodes {table} --node-name {name}");

    internal static Finding RouteRetained(string what, string node, NodeOrigin origin) => Finding.Warning("route-retained",
        what,
        "The route may be out of date; it is neither changed nor removed until the entry is correct",
        Correct(node, origin));

    internal static Finding NodeUnknown(string table, string name, string program) => Finding.Error("node-unknown",
        $"The table {table} has no entry for this node ({name})",
        "The pod CIDRs of this node are unknown, and other nodes may have no routes to them",
        $"{program} routes show --nodes {table} --node-name {name}");

    static ShellCommand Synchronize(string table, string name, string program) =>
        $"{program} routes sync --nodes {table} --node-name {name}";

    /// <summary>Returns the command that shows where an entry must be corrected. The table that the agent saves is only a copy.</summary>
    static ShellCommand Correct(string node, NodeOrigin origin)
    {
        if (origin.File is { } file)
            return $"vi {file}";
        // A problem of an entry without a valid name has the position of the entry instead.
        if (NodeNames.IsValid(node))
            return $"kubectl describe node {node}";
        return $"kubectl get nodes";
    }
}

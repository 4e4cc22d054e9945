using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Probes;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>
/// The check of routes to other nodes. It runs if cni-bridge manages them: the agent has saved a node table, or a nodes file and routes
/// of cni-bridge exist.
/// </summary>
sealed class RoutesCheck(DoctorContext node)
{
    internal void Run()
    {
        if (node.Options.NodeName is not { } name || FindTable(out var path) is not { } table)
            return;
        if (table.Find(name) is null)
        {
            node.Found.Add(RouteFindings.NodeUnknown(path, name, node.Options.Program));
            return;
        }
        var report = new RouteReconciler(node.Links).Run(table, name, isDryRun: true);
        foreach (var step in report.Changes)
            Report(step, path, name);
        ReportForeign(report.Wanted, path, name);
        ReportInside(report.Wanted);
        new PolicyCheck(node).Run(report);
        ReportSilent(report, path, name);
        foreach (var problem in report.Problems)
            Report(problem, path, name, table.Origin ?? new NodeOrigin(NodeFile.DefaultPath));
    }

    /// <summary>Reports next hops that do not answer. Only root can ask them.</summary>
    void ReportSilent(RouteReport report, string path, string name)
    {
        if (!node.Options.IsRoot)
            return;
        var silent = new NextHopProbe(node.Links).FindSilent(report.NextHops, NextHopProbe.UsualDeadline);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var step in report.Kept)
        {
            if (step.Gateway is { } gateway && silent.Contains(gateway))
                names.Add($"{gateway} ({step.Node ?? "unknown"})");
        }
        if (names.Count > 0)
            node.Found.Add(RouteFindings.NextHopSilent([.. names], path, name, node.Options.Program));
    }

    NodeTable? FindTable(out string path)
    {
        path = node.Options.NodeCachePath;
        if (new NodeCache(path).TryLoad(out _) is { } kept)
            return kept;
        path = NodeFile.DefaultPath;
        return File.Exists(path) && node.Routes.Any(ClusterRoute.IsOurs) ? new NodeFile(path).Read() : null;
    }

    void Report(RouteStep step, string path, string name)
    {
        var (destination, program) = (step.Destination, node.Options.Program);
        // Only a step that creates a route has a next hop and a node in every case.
        node.Found.Add((step.Action, step.Gateway, step.Node) switch
        {
            (RouteAction.Add, { } gateway, { } other) =>
                RouteFindings.RouteMissing(destination, gateway, other, path, name, program),
            (RouteAction.Replace, { } gateway, { } other) =>
                RouteFindings.RouteWrong(destination, gateway, other, path, name, program),
            _ => RouteFindings.RouteUnwanted(destination, path, name, program),
        });
    }

    /// <summary>Reports routes of other programs that the kernel prefers over ours, or that block ours with the same metric.</summary>
    void ReportForeign(IReadOnlyList<WantedRoute> wanted, string path, string name)
    {
        var nodes = new Dictionary<Cidr, string>(wanted.Count);
        foreach (var route in wanted)
            nodes.TryAdd(route.Destination, route.Node);
        foreach (var route in node.Routes)
        {
            var family = route.Destination.Address.Family;
            if (ClusterRoute.IsOurs(route) || route.IsCached || route.Priority > ClusterRoute.Metric(family) ||
                !nodes.TryGetValue(route.Destination, out var other))
            {
                continue;
            }
            node.Found.Add(RouteFindings.RouteForeign(
                route.Destination, route.Protocol, other, route.Priority, path, name, node.Options.Program));
        }
    }

    /// <summary>Reports routes to a part of a peer's pod CIDR, which the kernel prefers, unless they have the same next hop.</summary>
    void ReportInside(IReadOnlyList<WantedRoute> wanted)
    {
        var ranges = new Dictionary<(IpAddress Network, int Length), WantedRoute>(wanted.Count);
        foreach (var route in wanted)
            ranges.TryAdd((route.Destination.Network, route.Destination.PrefixLength), route);
        var lengths = ranges.Keys.Select(range => range.Length).Distinct().ToList();
        foreach (var route in node.Routes)
        {
            if (ClusterRoute.IsOurs(route) || route.IsCached || route.IsDead)
                continue;
            foreach (var length in lengths)
            {
                if (length < route.Destination.PrefixLength &&
                    ranges.TryGetValue((new Cidr(route.Destination.Address, length).Network, length), out var whole) &&
                    !(route.Gateways is [var gateway] && whole.NextHops.Contains(gateway)))
                {
                    node.Found.Add(RouteFindings.RouteInsidePeer(
                        route.Refusal.Length > 0 ? route.Refusal : "unicast", route.Destination, whole.Destination, whole.Node));
                }
            }
        }
    }

    void Report(NodeProblem problem, string path, string name, NodeOrigin origin)
    {
        var (what, program) = (problem.ToString(), node.Options.Program);
        var finding = problem.Kind switch
        {
            // ReportForeign names the other route, too.
            NodeProblemKind.Rival => null,
            NodeProblemKind.Unreachable => RouteFindings.NodeUnreachable(what, path, program),
            NodeProblemKind.Refused => RouteFindings.PodRangeRefused(what, path, name, program),
            NodeProblemKind.Retained => RouteFindings.RouteRetained(what, problem.Node, origin),
            _ => RouteFindings.NodeTableProblem(what, problem.Node, origin),
        };
        if (finding is not null)
            node.Found.Add(finding);
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
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
            node.Found.Add(RouteFindings.NodeUnknown, "TABLE", path, "NAME", name);
            return;
        }
        var report = new RouteReconciler(node.Links).Run(table, name, isDryRun: true);
        foreach (var step in report.Changes)
            Report(step, path, name);
        ReportForeign(report.Wanted, path, name);
        foreach (var problem in report.Problems)
            Report(problem, path, name);
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
        var kind = step.Action switch
        {
            RouteAction.Add => RouteFindings.RouteMissing,
            RouteAction.Replace => RouteFindings.RouteWrong,
            _ => RouteFindings.RouteUnwanted,
        };
        node.Found.Add(kind, "ROUTE", step.Destination.ToString(), "GATEWAY", step.Gateway?.ToString() ?? "",
            "NODE", step.Node ?? "", "TABLE", path, "NAME", name);
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
            node.Found.Add(RouteFindings.RouteForeign, "ROUTE", route.Destination.ToString(), "NODE", other,
                "PROTOCOL", route.Protocol.ToString(CultureInfo.InvariantCulture),
                "METRIC", route.Priority.ToString(CultureInfo.InvariantCulture),
                "FAMILY", family.IsV6 ? "-6" : "-4", "TABLE", path, "NAME", name);
        }
    }

    void Report(NodeProblem problem, string path, string name)
    {
        var kind = problem.Kind switch
        {
            NodeProblemKind.Rival => null,
            NodeProblemKind.Unreachable => RouteFindings.NodeUnreachable,
            NodeProblemKind.Refused => RouteFindings.PodRangeRefused,
            NodeProblemKind.Retained => RouteFindings.RouteRetained,
            _ => RouteFindings.NodeTableProblem,
        };
        if (kind is not null)
            node.Found.Add(kind, "WHAT", problem.ToString(), "TABLE", path, "NAME", name);
    }
}

using System.Globalization;
using CniBridge.Node.Cluster;
using CniBridge.Node.Inspection.Kinds;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>
/// Routes to pods of other nodes, where it is us who make them: the agent kept its table of nodes, or there are routes of ours
/// and a file of nodes.
/// </summary>
sealed class RoutesCheck(Examination node)
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
        var wanted = WantedRoutes.OfNode(table, name);
        foreach (var route in wanted.Routes)
            ReportForeign(route, path, name);
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

    /// <summary>The kernel takes it before ours, or leaves ours no room.</summary>
    void ReportForeign(WantedRoute wanted, string path, string name)
    {
        var isV6 = wanted.Destination.Address.IsV6;
        foreach (var route in node.Routes)
        {
            var isRival = !ClusterRoute.IsOurs(route) && route.Destination == wanted.Destination &&
                route.Priority <= ClusterRoute.Metric(isV6) && !route.IsCached;
            if (isRival)
            {
                node.Found.Add(RouteFindings.RouteForeign, "ROUTE", route.Destination.ToString(), "NODE", wanted.Node,
                    "PROTOCOL", route.Protocol.ToString(CultureInfo.InvariantCulture),
                    "METRIC", route.Priority.ToString(CultureInfo.InvariantCulture),
                    "FAMILY", isV6 ? "-6" : "-4", "TABLE", path, "NAME", name);
            }
        }
    }

    void Report(NodeProblem problem, string path, string name)
    {
        if (problem.Kind != NodeProblemKind.Rival)
        {
            node.Found.Add(problem.Kind == NodeProblemKind.Unreachable ? RouteFindings.NodeUnreachable : RouteFindings.NodeTableProblem,
                "WHAT", problem.ToString(), "TABLE", path, "NAME", name);
        }
    }
}

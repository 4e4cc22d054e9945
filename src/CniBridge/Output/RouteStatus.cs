using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Output;

/// <summary>The routes between nodes in the kernel, compared with the nodes table.</summary>
/// <param name="report">The report of a dry run.</param>
/// <param name="isTableKnown">False if the nodes table could not be read: the wanted routes are then unknown.</param>
/// <param name="silent">The next hops that do not answer.</param>
sealed class RouteStatus(RouteReport report, bool isTableKnown, IReadOnlySet<IpAddress> silent)
{
    /// <summary>The routes that are present or wanted, each with its state, such as "ok" or "missing".</summary>
    internal IEnumerable<(RouteStep Route, string State)> Routes
    {
        get
        {
            foreach (var step in report.Kept)
                yield return (step, IsSilent(step) ? "no answer" : step.Action == RouteAction.Retain ? "kept" : "ok");
            foreach (var step in report.Changes)
                yield return (step, StateOf(step));
        }
    }

    internal IReadOnlyList<NodeProblem> Problems => isTableKnown ? report.Problems : [];

    internal bool HasFindings =>
        report.Kept.Any(IsSilent) || (isTableKnown && (report.Changes.Count > 0 || report.Problems.Count > 0));

    bool IsSilent(RouteStep step) => step.Gateway is { } gateway && silent.Contains(gateway);

    string StateOf(RouteStep step) => step.Action switch
    {
        RouteAction.Add => "missing",
        RouteAction.Replace => step.FormerGateway is { } former ? $"wrong, goes via {former}" : "wrong",
        _ => isTableKnown ? "not wanted" : "unknown",
    };
}

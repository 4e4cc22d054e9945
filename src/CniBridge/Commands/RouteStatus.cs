using CniBridge.Node.Cluster;

namespace CniBridge.Commands;

/// <summary>Our routes as the kernel has them, beside what the table of nodes says.</summary>
/// <param name="report">Of a dry run.</param>
/// <param name="isTableKnown">Else nobody knows what is wanted.</param>
sealed class RouteStatus(RouteReport report, bool isTableKnown)
{
    /// <summary>What is in the kernel and what should be, each with a word for how it is.</summary>
    internal IEnumerable<(RouteStep Route, string State)> Routes
    {
        get
        {
            foreach (var step in report.Kept)
                yield return (step, step.Action == RouteAction.Retain ? "kept" : "ok");
            foreach (var step in report.Changes)
                yield return (step, StateOf(step));
        }
    }

    internal IReadOnlyList<NodeProblem> Problems => isTableKnown ? report.Problems : [];

    internal bool HasFindings => isTableKnown && (report.Changes.Count > 0 || report.Problems.Count > 0);

    string StateOf(RouteStep step) => step.Action switch
    {
        RouteAction.Add => "missing",
        RouteAction.Replace => step.FormerGateway is { } former ? $"wrong, goes via {former}" : "wrong",
        _ => isTableKnown ? "not wanted" : "unknown",
    };
}

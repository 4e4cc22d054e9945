namespace CniBridge.Node.Cluster;

/// <summary>What became of the difference between wanted routes and the kernel's.</summary>
public sealed class RouteReport
{
    /// <summary>Nothing was done: the steps are those that would be.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>Those that the kernel did, in their order.</summary>
    public required IReadOnlyList<RouteStep> Changes { get; init; }

    public required IReadOnlyList<RouteStep> Kept { get; init; }

    /// <summary>Of nodes, and of steps that the kernel refused.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    public int Count(RouteAction action)
    {
        var count = action == RouteAction.Keep ? Kept.Count : 0;
        foreach (var step in Changes)
            count += step.Action == action ? 1 : 0;
        return count;
    }
}

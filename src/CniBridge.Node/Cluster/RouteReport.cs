namespace CniBridge.Node.Cluster;

/// <summary>What became of the difference between wanted routes and the kernel's.</summary>
public sealed class RouteReport
{
    /// <summary>The table of nodes without the pod ranges that this node refuses.</summary>
    public required NodeTable Table { get; init; }

    /// <summary>The routes that this table asks for.</summary>
    public required IReadOnlyList<WantedRoute> Wanted { get; init; }

    /// <summary>Nothing was done: the steps are those that would be.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>Those that the kernel did, in their order.</summary>
    public required IReadOnlyList<RouteStep> Changes { get; init; }

    /// <summary>The steps of <see cref="RouteAction.Keep"/> and <see cref="RouteAction.Retain"/>.</summary>
    public required IReadOnlyList<RouteStep> Kept { get; init; }

    /// <summary>How many pod ranges this node refuses.</summary>
    public int RefusedRanges => Table.Problems.Count(static problem => problem.Kind == NodeProblemKind.Refused);

    /// <summary>Of nodes, and of steps that the kernel refused.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    public int Count(RouteAction action)
    {
        var count = 0;
        foreach (var step in action is RouteAction.Keep or RouteAction.Retain ? Kept : Changes)
            count += step.Action == action ? 1 : 0;
        return count;
    }
}

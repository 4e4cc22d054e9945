using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The result of a reconciliation.</summary>
public sealed class RouteReport
{
    /// <summary>The node table without the pod CIDRs that this node refuses.</summary>
    public required NodeTable Table { get; init; }

    /// <summary>The routes that the table requires.</summary>
    public required IReadOnlyList<WantedRoute> Wanted { get; init; }

    /// <summary>True if the changes were only computed.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>The changes that the kernel accepted, in order; in a dry run all changes.</summary>
    public required IReadOnlyList<RouteStep> Changes { get; init; }

    /// <summary>The steps <see cref="RouteAction.Keep"/> and <see cref="RouteAction.Retain"/>.</summary>
    public required IReadOnlyList<RouteStep> Kept { get; init; }

    /// <summary>The number of pod CIDRs that this node refuses.</summary>
    public int RefusedRanges => Table.Problems.Count(static problem => problem.Kind == NodeProblemKind.Refused);

    /// <summary>The problems of nodes, and of changes that the kernel refused.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    /// <summary>The next hops of the routes that exist as wanted, or are retained.</summary>
    public IEnumerable<NextHop> NextHops
    {
        get
        {
            foreach (var step in Kept)
            {
                if (step is { Gateway: { } gateway, Index: > 0 })
                    yield return new NextHop(gateway, step.Index);
            }
        }
    }

    public int Count(RouteAction action)
    {
        var count = 0;
        foreach (var step in action is RouteAction.Keep or RouteAction.Retain ? Kept : Changes)
            count += step.Action == action ? 1 : 0;
        return count;
    }
}

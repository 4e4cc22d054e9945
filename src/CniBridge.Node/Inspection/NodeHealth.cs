using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection;

/// <summary>The pod network of this node in numbers. <see cref="Doctor"/> finds its faults.</summary>
public sealed record NodeHealth
{
    public required NodeSnapshot Node { get; init; }

    public required IReadOnlyList<PoolHealth> Pools { get; init; }

    /// <summary>The number of routes to other nodes that the last node table requires; null without a table.</summary>
    public required int? WantedRoutes { get; init; }

    /// <summary>The number of pod CIDRs in the last node table that get no route; null without a table.</summary>
    public required int? RefusedRanges { get; init; }

    /// <summary>The number of routes that are kept because a node's entry is faulty; null without a table.</summary>
    public required int? RetainedRoutes { get; init; }

    /// <summary>Reads the current state of this node.</summary>
    /// <param name="nodeName">The name of this node in the node table.</param>
    public static NodeHealth Take(string confDirectory, string nodeName)
    {
        var networks = NetworkFile.ReadAll(confDirectory);
        var routes = TryCompareRoutes(nodeName);
        return new NodeHealth
        {
            Node = NodeSnapshot.Take(networks.Select(file => file.Network.Bridge).ToHashSet(), ReservationInventory.DefaultStateDirectory),
            Pools = [.. networks.SelectMany(PoolHealth.Create)],
            WantedRoutes = routes?.Wanted.Count,
            RefusedRanges = routes?.RefusedRanges,
            RetainedRoutes = routes?.Count(RouteAction.Retain),
        };
    }

    static RouteReport? TryCompareRoutes(string nodeName)
    {
        if (new NodeCache(NodeCache.DefaultPath).TryLoad(out _) is not { } table || table.Find(nodeName) is null)
            return null;
        using var socket = new RouteSocket();
        return new RouteReconciler(socket).Run(table, nodeName, isDryRun: true);
    }
}

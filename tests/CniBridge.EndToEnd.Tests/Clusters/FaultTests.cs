using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of failures in clusters whose nodes maintain their routes themselves.</summary>
[RunsFirst]
public abstract class FaultTests : IClassFixture<SpareClusters>
{
    readonly SpareClusters clusters;
    readonly Way way;

    private protected FaultTests(SpareClusters clusters, Way way)
    {
        this.clusters = clusters;
        this.way = way;
    }

    /// <summary>The longest time without a deleted route.</summary>
    private protected abstract TimeSpan AwayAfterDeletion { get; }

    /// <summary>The longest time for which other nodes may have routes to a node without power after it was reported.</summary>
    private protected abstract TimeSpan StayAfterLoss { get; }

    [Fact]
    public void Deleted_routes_and_routes_of_a_deleted_link_are_restored()
    {
        using var cluster = clusters.Take(way);
        var node = cluster.Nodes[0];
        var routes = cluster.RangesOfOthers(node).ToList();
        Assert.Equal(4, routes.Count);

        foreach (var range in routes)
            node.Type($"ip route delete {range}");
        Assert.False(node.HasRoutes(routes));
        Wait.Until(() => node.HasRoutes(routes), AwayAfterDeletion, () => Picture.Of(cluster));

        node.FlapLan();
        cluster.WaitForRoutes();
        Assert.Empty(new PingMatrix(cluster.Pods).Missing);
    }

    [Fact]
    public void The_routes_of_a_removed_node_are_deleted_and_those_of_its_successor_added()
    {
        using var cluster = clusters.Take(way);
        var gone = cluster.Nodes[2];

        cluster.RemoveNode(gone);
        cluster.Route();
        AssertNoRoutes(cluster, gone);
        Assert.Empty(new PingMatrix(cluster.Pods).Missing);

        cluster.AddNode(gone.Number, range: 7);
        cluster.Route();
        AssertNoRoutes(cluster, gone);
        var matrix = new PingMatrix(cluster.Pods);
        Assert.Empty(matrix.Missing);
        Assert.Equal(6, cluster.Pods.Count);
        // The watches of the others know the former pods, too.
        Assert.Equal(matrix.Senders(cluster.Pods[5]), PingWatch.Seen(cluster.Pods[5]));
    }

    void AssertNoRoutes(Cluster cluster, WorkerNode gone) => Wait.Until(
        () => cluster.Nodes.All(node => gone.PodRanges.All(range => !node.HasRoutes([range]))), StayAfterLoss, () => Picture.Of(cluster));
}

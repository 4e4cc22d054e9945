using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of BIRD on each node with conf/bird.conf after failures.</summary>
public sealed class BirdFaultTests(SpareClusters clusters) : FaultTests(clusters, Way.Bird)
{
    // BIRD looks every two seconds, and a busy machine takes longer.
    private protected override TimeSpan AwayAfterDeletion => TimeSpan.FromSeconds(20);

    // Four missing hellos end a session, and the notice to the other nodes takes time.
    private protected override TimeSpan StayAfterLoss => TimeSpan.FromSeconds(40);

    [Fact]
    public void A_node_keeps_its_routes_when_its_bird_ends()
    {
        ClusterRequirement.Of(Way.Bird);
        using var cluster = new Cluster(Way.Bird, Families.V4);
        var node = cluster.Nodes[0];

        node.Type("birdc down");

        Wait.Until(() => node.Node.Run("pidof", "bird").ExitCode != 0, TimeSpan.FromSeconds(60), () => node.DaemonOutput);
        Assert.True(node.HasRoutes(cluster.RangesOfOthers(node)));
    }
}

using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of one router that has routes to all pod CIDRs.</summary>
public sealed class CentralRouterTests(StartedClusters clusters) : WayTests(clusters, Way.Router)
{
    [Fact]
    public void Nodes_have_only_their_default_route()
    {
        var cluster = Get("dual");
        Assert.All(cluster.Nodes, node => Assert.Equal(
            ["default", "default"],
            node.Routes().Where(route => route.TryGetProperty("gateway", out _)).Select(WorkerNode.Destination)));
    }
}

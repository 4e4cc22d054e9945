using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of BIRD on each node with conf/bird.conf.</summary>
public sealed class BirdTests(StartedClusters clusters) : WayTests(clusters, Way.Bird)
{
    [Fact]
    public void A_range_stays_announced_when_no_pod_is_up() => AssertRoutesStayWhenNoPodIsUp();
}

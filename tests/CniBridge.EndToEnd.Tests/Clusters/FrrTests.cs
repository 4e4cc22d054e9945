using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of FRR on each node with conf/frr.conf.</summary>
public sealed class FrrTests(StartedClusters clusters) : WayTests(clusters, Way.Frr)
{
    [Fact]
    public void A_range_stays_announced_when_no_pod_is_up() => AssertRoutesStayWhenNoPodIsUp();
}

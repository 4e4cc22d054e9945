using CniBridge.EndToEnd.Tests.Support;
using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

static class ClusterRequirement
{
    /// <summary>Skips the test unless the machine has everything that a cluster with this way of routing needs.</summary>
    public static void Of(Way way)
    {
        Requirement.Node("nft", "busybox", "timeout");
        Requirement.Ipv6();
        if (way == Way.Bird)
            Requirement.Programs("bird");
        if (way == Way.Frr)
            Requirement.Directory("/usr/lib/frr", "FRR");
    }
}

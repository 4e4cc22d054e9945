using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>cni-bridge agent on each node, with a file of nodes.</summary>
public sealed class AgentFaultTests(SpareClusters clusters) : FaultTests(clusters, Way.Agent)
{
    // A second, and one for a small machine that runs the tests.
    private protected override TimeSpan AwayAfterDeletion => TimeSpan.FromSeconds(2);

    private protected override TimeSpan StayAfterLoss => TimeSpan.FromSeconds(2);
}

using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of cni-bridge-agent on each node with a nodes file after failures.</summary>
public sealed class AgentFaultTests(SpareClusters clusters) : FaultTests(clusters, Way.Agent)
{
    // The value is below the 30 seconds between full comparisons of the agent.
    private protected override TimeSpan AwayAfterDeletion => TimeSpan.FromSeconds(20);

    private protected override TimeSpan StayAfterLoss => TimeSpan.FromSeconds(20);
}

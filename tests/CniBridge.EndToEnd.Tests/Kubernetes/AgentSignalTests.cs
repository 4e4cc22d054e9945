using System.Diagnostics;
using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;
using CniBridge.EndToEnd.Tests.Routes;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>SIGTERM while the agent waits for an API server: it ends with exit code 0 at once, not at the deadline of a request.</summary>
public sealed class AgentSignalTests
{
    /// <summary>Half of the shortest deadline of a request.</summary>
    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(nameof(Silence.Complete))]
    [InlineData(nameof(Silence.AfterHalfAList))]
    public void The_agent_ends_while_a_list_hangs(string silence)
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Silence = Enum.Parse<Silence>(silence);
        using var agent = Start(cluster);
        Wait.Until(() => cluster.Server.Requests.Count > 0, TimeSpan.FromSeconds(30), () => agent.Output);

        AssertEnds(agent);
    }

    [Fact]
    public void The_agent_ends_while_a_watch_is_open()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = Start(cluster);
        agent.WaitFor("added: 10\\.244\\.2\\.0/24");
        Wait.Until(() => cluster.Server.Requests.Any(request => request["watch"].Length > 0), TimeSpan.FromSeconds(30), () => agent.Output);

        AssertEnds(agent);
    }

    [Fact]
    public void The_agent_ends_in_the_pause_after_a_failure()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Stop();
        using var agent = Start(cluster);
        agent.WaitFor("cannot reach the API server");

        AssertEnds(agent);
    }

    static AgentProcess Start(Cluster cluster) =>
        new(cluster.Node, [AgentProgram.Path, "--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1"]);

    static void AssertEnds(AgentProcess agent)
    {
        var clock = Stopwatch.StartNew();
        var result = agent.Kill();

        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("stopped; the routes stay\n", agent.Output, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_soon);
    }
}

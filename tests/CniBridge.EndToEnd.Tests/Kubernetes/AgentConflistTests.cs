namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The network configuration that the agent maintains, after other programs damaged it.</summary>
public sealed class AgentConflistTests
{
    [Theory]
    [InlineData("rm FILE")]
    [InlineData("sed -i s/10.244.1.0/10.99.9.0/ FILE")]
    public void A_configuration_that_is_lost_or_changed_is_written_again(string damage)
    {
        const string file = "/etc/cni/net.d/10-cni-bridge.conflist";
        using var cluster = Cluster.OfTwoNodes();
        using var agent = cluster.Node.Start(
            AgentProgram.Path, ["--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1", "--conflist"]);
        agent.WaitForOutput($"info: wrote {file}");
        cluster.Server.WaitForWatch();
        var text = cluster.Node.Run("cat", file).Succeeded().Stdout;

        cluster.Node.Run("sh", "-ec", damage.Replace("FILE", file, StringComparison.Ordinal)).Succeeded();

        Assert.NotEqual(text, cluster.Node.Run("cat", file).Stdout);
        // A change of the network starts a run, as the pods of a node do.
        Wait.Until(
            () => cluster.Node.Run("sh", "-c", $"ip link add run type bridge; ip link delete run; cat {file}").Stdout == text,
            TimeSpan.FromSeconds(60), () => agent.Output);
    }
}

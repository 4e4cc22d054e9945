using CniBridge.EndToEnd.Tests.Kubernetes;
using CniBridge.EndToEnd.Tests.Support;
using Cluster = CniBridge.EndToEnd.Tests.Kubernetes.Cluster;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>
/// Tests of a node whose containerd runs before a network configuration exists: the CRI reports the network as ready soon after the file
/// appears. Otherwise no pod is ever scheduled there. containerd reacts to renames in its directory and ignores created files.
/// </summary>
public sealed class FreshNodeTests
{
    const string Conflist = "/etc/cni/net.d/10-cni-bridge.conflist";

    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    [Fact]
    public void Install_with_a_configuration_makes_a_fresh_node_ready()
    {
        using var node = WholeNode.NewNode("containerd");
        AssertBecomesReady(node, () =>
            node.CniBridge("install", "--with-conf", "--pod-cidr", "10.244.1.0/24").Succeeded());
    }

    [Fact]
    public void conf_init_makes_a_fresh_node_ready()
    {
        Requirement.Node("containerd");
        using var node = new ScratchNode();
        node.WriteFile("/etc/cni-bridge/nodes.json", """
            {"nodes": [{"name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"]}]}
            """);
        AssertBecomesReady(node, () => node.Run(
            Program, "conf", "init", "--nodes", "/etc/cni-bridge/nodes.json", "--node-name", "node1").Succeeded());
    }

    // The arguments are those of the DaemonSet.
    [Fact]
    public void The_agent_of_the_DaemonSet_makes_a_fresh_node_ready()
    {
        Requirement.Node("containerd");
        using var cluster = Cluster.OfTwoNodes();
        var arguments = cluster.AgentArguments().ConvertAll(argument => argument
            .Replace("=/etc/cni-bridge/kubeconfig", "=" + Kubectl.KubeConfig, StringComparison.Ordinal));
        RunningProcess? agent = null;
        try
        {
            AssertBecomesReady(cluster.Node, () =>
            {
                agent?.Dispose();
                agent = cluster.Node.Start(AgentProgram.Path, arguments, new Dictionary<string, string> { ["NODE_NAME"] = "node1" });
                Wait.Until(() => File.Exists(cluster.Node.FromOutside(Conflist)), TimeSpan.FromSeconds(40), () => agent.Output);
            });
        }
        finally
        {
            agent?.Dispose();
        }
    }

    /// <summary>Creates and removes the configuration three times, because one success may be luck.</summary>
    static void AssertBecomesReady(ScratchNode node, Action make)
    {
        using var runtime = new CriRuntime(node);
        for (var round = 1; round <= 3; round++)
        {
            Wait.Until(() => !runtime.IsNetworkReady(), s_soon, () => runtime.Output);
            make();
            Wait.Until(runtime.IsNetworkReady, s_soon, () => $"round {round}:\n{runtime.Output}");
            node.Run("rm", Conflist).Succeeded();
        }
    }
}

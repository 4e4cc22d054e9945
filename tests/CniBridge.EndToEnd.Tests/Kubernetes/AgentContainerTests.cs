namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the agent with only the directories that the manifest gives to its container.</summary>
public sealed class AgentContainerTests
{
    const string Root = $"{ScratchNode.Directory}/root";

    [Fact]
    public void The_metrics_count_the_reservations_of_the_node()
    {
        using var cluster = Cluster.OfTwoNodes();
        var plugin = Path.Combine(PluginDirectory.UnderTest, "cni-bridge");
        cluster.Node.WriteFile(
            "/etc/cni-bridge/nodes.json",
            """{ "nodes": [{ "name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"] }] }""");
        cluster.Node.Run(plugin, "conf", "init", "--node-name", "node1").Succeeded();
        foreach (var pod in new[] { "a", "b" })
        {
            cluster.Node.Run("ip", "netns", "add", pod).Succeeded();
            cluster.Node.Run(plugin, "add", pod, pod).Succeeded();
        }

        MountDirectories(cluster);
        cluster.Node.Run("cp", "/etc/cni-bridge/nodes.json", $"{Root}/nodes.json").Succeeded();
        using var agent = cluster.Node.Start(
            "chroot", [Root, "/cni-bridge-agent", "--nodes", "/nodes.json", "--node-name", "node1"]);
        agent.WaitForOutput("info: 1 nodes from the file /nodes.json");

        Assert.Contains(
            """cni_bridge_pool_addresses_used{network="podnet",range="10.244.1.1-10.244.1.254"} 2""" + "\n",
            cluster.Page("/metrics"), StringComparison.Ordinal);
    }

    static void MountDirectories(Cluster cluster)
    {
        cluster.Node.Run("install", "-D", AgentProgram.Path, $"{Root}/cni-bridge-agent").Succeeded();
        foreach (var directory in new[] { "/proc", "/sys" })
        {
            cluster.Node.Run("mkdir", Root + directory).Succeeded();
            cluster.Node.Bind(directory, Root + directory);
        }

        foreach (var mount in cluster.Pod("containers/agent/volumeMounts").EnumerateArray())
        {
            var volume = cluster.Pod($"volumes/{mount.At("name").GetString()}");
            if (!volume.TryGetProperty("hostPath", out var directory))
            {
                continue;
            }

            var (source, target) = (directory.At("path").GetString()!, Root + mount.At("mountPath").GetString());
            cluster.Node.Run("mkdir", "-p", source, target).Succeeded();
            cluster.Node.Bind(source, target);
        }
    }
}

using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>conf/kubernetes/pod-monitor: what the Prometheus Operator makes of it.</summary>
public sealed class PodMonitorTests
{
    [Fact]
    public void The_monitor_selects_the_port_on_which_the_agent_listens()
    {
        using var cluster = new Cluster();
        Kubectl.SkipWithoutComponents(cluster.Node);
        var objects = Manifests.ReadOwn(cluster.Node, "components:\n- ../kubernetes/pod-monitor\n- ../kubernetes/node-condition");
        var monitor = objects.Of("PodMonitor");
        var set = objects.Of("DaemonSet");

        Assert.Equal(set.At("metadata/namespace").GetString(), monitor.At("metadata/namespace").GetString());
        var selected = monitor.At("spec/selector/matchLabels");
        Assert.True(
            JsonElement.DeepEquals(selected, set.At("spec/template/metadata/labels")), $"{selected} are not the labels of the pods");
        var endpoint = Assert.Single(monitor.At("spec/podMetricsEndpoints").EnumerateArray());
        var port = Assert.Single(set.At("spec/template/spec/containers/agent/ports").EnumerateArray());
        Assert.Equal(port.At("name").GetString(), endpoint.At("port").GetString());
        var arguments = set.At("spec/template/spec/containers/agent/args").Texts().ToList();
        Assert.Equal(
            $"--listen=0.0.0.0:{port.At("containerPort").GetInt32()}",
            Assert.Single(arguments, argument => argument.StartsWith("--listen", StringComparison.Ordinal)));
        Assert.Contains("--node-condition", arguments);
    }

    // The probes of the manifest ask the loopback address, and Prometheus the node's.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.11")]
    public void The_agent_answers_probes_and_Prometheus(string address)
    {
        using var cluster = Cluster.OfTwoNodes();
        Kubectl.SkipWithoutComponents(cluster.Node);
        var arguments = Manifests.ReadOwn(cluster.Node, "components:\n- ../kubernetes/pod-monitor").Of("DaemonSet")
            .At("spec/template/spec/containers/agent/args").Texts();
        var listen = arguments.Single(argument => argument.StartsWith("--listen", StringComparison.Ordinal));
        using var agent = cluster.Node.Start(
            AgentProgram.Path, ["--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1", listen]);
        agent.WaitForOutput("added: 10.244.2.0/24");

        Assert.StartsWith("HTTP/1.1 200 ", cluster.Page("/metrics", address), StringComparison.Ordinal);
    }
}

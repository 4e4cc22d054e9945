using System.Net;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The agent with --node-condition, and the component that selects it.</summary>
public sealed class NodeConditionTests
{
    const string Type = "NetworkUnavailable";

    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_condition_of_the_own_node_is_cleared_once_the_agent_is_ready()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.SetCondition("node1", Type, "True");
        cluster.Server.Nodes.SetCondition("node2", Type, "True");
        // The node has no pod CIDR, so there is no conflist.
        cluster.Server.Nodes.Put("node1", "192.168.1.11");
        using var agent = Start(cluster, "--conflist", "--node-condition");
        agent.WaitForOutput("problem: node1: .*pod CIDR");
        Assert.Contains("\ncni_bridge_agent_network_unavailable 1\n", cluster.Page("/metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Server.Requests, request => request.Method == "PATCH");

        cluster.Server.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");

        agent.WaitForOutput("info: cleared the condition NetworkUnavailable of the node node1\n");
        Assert.Equal("False", Status(cluster, "node1", Type));
        Assert.Equal("True", Status(cluster, "node1", "Ready"));
        Assert.Equal("True", Status(cluster, "node2", Type));
        var page = cluster.Page("/metrics");
        Assert.Contains("\ncni_bridge_agent_network_unavailable 0\n", page, StringComparison.Ordinal);
        Promtool.AssertAccepts(cluster.Node, page.Split("\n\n", 2)[1]);
    }

    [Fact]
    public void A_missing_right_is_a_problem_until_it_is_granted()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.SetCondition("node1", Type, "True");
        cluster.Server.PatchRefusal = HttpStatusCode.Forbidden;
        const string problem = "node1: the condition NetworkUnavailable of the node is not cleared: the API server 127\\.0\\.0\\.1:6443 " +
            "refuses: it forbids to patch the status of nodes \\(403\\): grant patch of nodes/status in RBAC\n";

        using var agent = Start(cluster, "--node-condition");
        agent.WaitForOutput($"problem: {problem}");
        // The pods of the node keep their network, so the agent is ready.
        Assert.EndsWith("\nready\n", cluster.Readiness(), StringComparison.Ordinal);

        cluster.Server.PatchRefusal = null;
        agent.WaitForOutput($"solved: {problem}");
        Assert.Equal("False", Status(cluster, "node1", Type));
    }

    [Fact]
    public void Without_the_option_no_node_is_changed()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.SetCondition("node1", Type, "True");
        using var agent = Start(cluster);
        agent.WaitForOutput("added: 10.244.2.0/24");
        Wait.Until(() => cluster.Readiness().EndsWith("\nready\n", StringComparison.Ordinal), s_soon, () => agent.Output);
        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        agent.WaitForOutput("added: 10.244.3.0/24");

        Assert.DoesNotContain(cluster.Server.Requests, request => request.Method == "PATCH");
        Assert.DoesNotContain("network_unavailable", cluster.Page("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_needs_an_API_server()
    {
        using var cluster = new Cluster();

        var result = cluster.Node.Run(AgentProgram.Path, ["--nodes", "/nodes.json", "--node-condition"], "");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(
            "--nodes and --node-condition cannot be combined: the condition is in the API server", result.Stderr, StringComparison.Ordinal);
    }

    // The user's own kustomization, as docs/kubernetes.md shows it.
    [Fact]
    public void The_component_adds_the_option_and_one_right()
    {
        using var cluster = new Cluster();
        Kubectl.SkipWithoutComponents(cluster.Node);
        var objects = Manifests.ReadOwn(cluster.Node, "components:\n- ../kubernetes/node-condition");

        Assert.Equal("--node-condition", objects.Of("DaemonSet").At("spec/template/spec/containers/agent/args").Texts().Last());
        Assert.Contains("--node-condition", cluster.Node.Run(AgentProgram.Path, "--help").Succeeded().Stdout, StringComparison.Ordinal);
        var role = Named(objects, "ClusterRole");
        Assert.True(
            JsonElement.DeepEquals(
                Kubectl.Run(
                    cluster.Node, "create", "clusterrole", "x", "--verb=patch", "--resource=nodes/status", "--dry-run=client", "-o", "json")
                    .Succeeded().Json.At("rules"),
                role.At("rules")),
            role.ToString());
        var binding = Named(objects, "ClusterRoleBinding");
        Assert.Equal("cni-bridge-node-condition", binding.At("roleRef/name").GetString());
        var subject = Assert.Single(binding.At("subjects").EnumerateArray());
        Assert.Equal(("cni-bridge", "kube-system"), (subject.At("name").GetString(), subject.At("namespace").GetString()));
    }

    static JsonElement Named(IReadOnlyList<JsonElement> objects, string kind) => Assert.Single(
        objects, one => one.At("kind").GetString() == kind && one.At("metadata/name").GetString() == "cni-bridge-node-condition");

    static string Status(Cluster cluster, string node, string type) => Kubectl
        .Run(cluster.Node, "get", "node", node, "-o", $"jsonpath={{.status.conditions[?(@.type==\"{type}\")].status}}")
        .Succeeded().Stdout.Trim();

    static RunningProcess Start(Cluster cluster, params string[] options) =>
        cluster.Node.Start(AgentProgram.Path, ["--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1", .. options]);
}

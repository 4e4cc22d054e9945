namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>
/// Tests of the agent with the real API server that scripts/kube-machine builds. They are skipped without it and take two minutes.
/// </summary>
public sealed class RealApiServerTests
{
    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void The_role_of_the_manifest_suffices_for_routes_that_follow_nodes()
    {
        using var server = NewServer();
        server.CreateNodes(3, first: 1);
        using var agent = StartAgent(server);
        WaitForRoutes(server, agent, "10.100.2.0/24 via 192.168.1.12", "10.100.3.0/24 via 192.168.1.13");

        server.Kubectl("delete", "node", "node2").Succeeded();
        WaitForRoutes(server, agent, "10.100.3.0/24 via 192.168.1.13");
        server.CreateNodes(1, first: 4);
        WaitForRoutes(server, agent, "10.100.3.0/24 via 192.168.1.13", "10.100.4.0/24 via 192.168.1.14");

        Assert.Equal(["list nodes", "watch nodes"], server.VerbsOfAgent().Order(StringComparer.Ordinal));
        Assert.Equal(1, server.ListsOfAgent());
    }

    [Fact]
    public void The_agent_without_the_role_names_the_missing_permission()
    {
        using var server = new RealApiServer();
        server.CreateNodes(2, first: 1);
        using var agent = StartAgent(server);
        agent.WaitForOutput("problem: node1: .*403");

        Grant(server);
        WaitForRoutes(server, agent, "10.100.2.0/24 via 192.168.1.12");
    }

    [Fact]
    public void A_killed_server_removes_no_route_and_its_successor_is_followed()
    {
        using var server = NewServer();
        server.CreateNodes(2, first: 1);
        using var agent = StartAgent(server);
        WaitForRoutes(server, agent, "10.100.2.0/24 via 192.168.1.12");
        using var monitor = server.Node.Start("ip", ["monitor", "route"]);

        server.Kill();
        agent.WaitForOutput("problem: node1: ");
        server.Start();
        server.CreateNodes(1, first: 3);
        WaitForRoutes(server, agent, "10.100.2.0/24 via 192.168.1.12", "10.100.3.0/24 via 192.168.1.13");

        Assert.DoesNotContain("Deleted 10.100.2.0", monitor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_component_s_role_suffices_to_clear_the_condition_of_the_own_node()
    {
        using var server = NewServer();
        server.CreateNodes(2, first: 1);
        server.Beat(1, first: 1);
        server.MakeUnavailable(2, first: 1);
        using var agent = StartAgent(server, "--node-condition");
        agent.WaitForOutput(
            "problem: node1: the condition NetworkUnavailable of the node is not cleared: .*403.*: grant patch of nodes/status in RBAC\n");

        Apply(server, "conf/kubernetes/node-condition/rbac.yaml");
        agent.WaitForOutput("info: cleared the condition NetworkUnavailable of the node node1\n");
        agent.WaitForOutput("solved: node1: the condition NetworkUnavailable");
        Assert.Equal("False CniBridgeIsUp", Condition(server, "node1", "NetworkUnavailable"));
        Assert.StartsWith("True", Condition(server, "node1", "Ready"), StringComparison.Ordinal);
        Assert.Equal("True NoRouteCreated", Condition(server, "node2", "NetworkUnavailable"));

        server.MakeUnavailable(1, first: 1);
        Wait.Until(() => Condition(server, "node1", "NetworkUnavailable") == "False CniBridgeIsUp", s_soon, () => agent.Output);
        Assert.Equal(
            ["list nodes", "patch nodes/status", "watch nodes"], server.VerbsOfAgent().Order(StringComparer.Ordinal));
    }

    static string Condition(RealApiServer server, string node, string type) => server.Kubectl(
        "get", "node", node, "-o",
        $"jsonpath={{.status.conditions[?(@.type==\"{type}\")].status}} {{.status.conditions[?(@.type==\"{type}\")].reason}}")
        .Succeeded().Stdout.Trim();

    [Fact]
    public void A_thousand_nodes_have_routes_and_their_status_reports_cause_no_work()
    {
        using var server = NewServer();
        server.CreateNodes(1, first: 1);
        using var agent = StartAgent(server);
        agent.WaitForOutput("info: 1 nodes from Kubernetes");
        server.CreateNodes(999, first: 2);
        Wait.Until(() => PeerRoutes.Of(server.Node).Count == 999, s_soon, () => agent.Output);
        agent.WaitForOutput("info: 1000 nodes from Kubernetes");
        var reports = Count(agent, "nodes from Kubernetes");

        server.Beat(1000, first: 1);
        server.CreateNodes(1, first: 1001);
        Wait.Until(() => PeerRoutes.Of(server.Node).Count == 1000, s_soon, () => agent.Output);

        // The new node changed twice: it was created, and then it got its address.
        Assert.InRange(Count(agent, "nodes from Kubernetes"), reports + 1, reports + 2);
        Assert.Equal(1, server.ListsOfAgent());
    }

    static RealApiServer NewServer()
    {
        var server = new RealApiServer();
        Grant(server);
        return server;
    }

    static void Grant(RealApiServer server) => Apply(server, "conf/kubernetes/rbac.yaml");

    static void Apply(RealApiServer server, string file) =>
        server.Kubectl("apply", "-f", Path.Combine(PluginDirectory.RepositoryRoot, file)).Succeeded();

    static RunningProcess StartAgent(RealApiServer server, params string[] options) =>
        server.Node.Start(AgentProgram.Path, ["--kubeconfig", RealApiServer.AgentConfig, "--node-name", "node1", .. options]);

    static int Count(RunningProcess agent, string text) => agent.Output.Split(text).Length - 1;

    static void WaitForRoutes(RealApiServer server, RunningProcess agent, params string[] routes) => Wait.Until(
        () => PeerRoutes.Of(server.Node).SequenceEqual(routes), s_soon,
        () => $"{string.Join(", ", PeerRoutes.Of(server.Node))}\n{agent.Output}");
}

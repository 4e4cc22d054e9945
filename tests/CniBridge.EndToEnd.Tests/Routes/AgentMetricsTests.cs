using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of the server of cni-bridge-agent with clients in a shell.</summary>
public sealed class AgentMetricsTests
{
    static string Ask(NodeLan lan, string request) => lan.Node.Run(
        "timeout", "60", "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/9469; printf '{request}' >&3; cat <&3").Succeeded().Stdout;

    [Fact]
    public void Metrics_show_the_numbers_at_the_time_of_the_request()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);

        var answer = Ask(lan, @"GET /metrics HTTP/1.1\r\nHost: node\r\n\r\n");

        // The lines have no carriage returns.
        var parts = answer.Split("\n\n");
        Assert.StartsWith("HTTP/1.1 200 OK\nContent-Type: text/plain; version=0.0.4; charset=utf-8\n", parts[0], StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {parts[1].Length}\n", parts[0], StringComparison.Ordinal);
        var count = AllRoutes.Length;
        Assert.Contains($"\ncni_bridge_routes_present {count}\n", parts[1], StringComparison.Ordinal);
        Assert.Contains($"\ncni_bridge_routes_wanted {count}\n", parts[1], StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", Ask(lan, @"GET / HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405 ", Ask(lan, @"POST /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_follow_the_conventions_of_Prometheus()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);

        var text = Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n").Split("\n\n", 2)[1];

        Assert.Contains("\ncni_bridge_agent_ready ", text, StringComparison.Ordinal);
        Promtool.AssertAccepts(lan.Node, text);
    }

    // A client that sends nothing, or half of a request, is dropped after two seconds.
    [Fact]
    public void A_silent_client_does_not_delay_other_clients()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        using var silent = lan.Node.Start(
            "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET /met' >&3; echo connected; sleep 60"]);
        silent.WaitForOutput("connected");

        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    // The container's limit of processes, for example.
    [Fact]
    public void An_agent_that_can_start_no_thread_goes_on()
    {
        Requirement.Programs("setpriv", "prlimit");
        const string user = "4711", capability = "-all,+net_admin";
        using var lan = new NodeLan();
        using var agent = lan.StartAgentUnder(["setpriv", "--reuid", user, "--clear-groups", "--inh-caps", capability,
            "--ambient-caps", "+net_admin", "--bounding-set", capability]);
        lan.AwaitRoutes(AllRoutes);
        agent.LimitThreads(user, 1);

        _ = lan.Node.Run("timeout", "60", "bash", "-c", @"exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3");
        agent.WaitFor("info: cannot accept requests of probes: no more threads can be started\n");

        agent.LimitThreads(user, 100);
        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /healthz HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, agent.Kill().ExitCode);
    }

    // A caller waits in the queue and cannot be accepted, which the kernel reports continuously.
    [Fact]
    public void An_agent_without_free_descriptors_waits_instead_of_spinning()
    {
        Requirement.Programs("prlimit");
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        agent.LimitDescriptors(3);
        // The kernel took a descriptor for this caller when the agent started to wait for it.
        Assert.Contains("Too many open files", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        using var waiting = lan.Node.Start(
            "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3; sleep 60"]);
        agent.WaitFor("cannot accept requests of probes: too many open files");
        var before = agent.ProcessorTime();
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Assert.InRange(agent.ProcessorTime() - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, agent.Count("cannot accept requests of probes"));

        agent.LimitDescriptors(1024);
        waiting.WaitForOutput("HTTP/1.1 200 ");
    }

    // Prometheus on another machine uses the node's address if the operator wants that.
    [Fact]
    public void The_agent_listens_on_a_given_address()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--listen", "192.168.1.11:9470");
        lan.AwaitRoutes(AllRoutes);

        var answer = lan.Node.Run("ip", "netns", "exec", "node2", "timeout", "60", "bash", "-c",
            @"exec 3<>/dev/tcp/192.168.1.11/9470; printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3; cat <&3").Succeeded().Stdout;

        Assert.EndsWith("\nready\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:9469")]
    [InlineData("192.168.1.99:9469")]
    public void An_unusable_address_ends_the_agent_with_one_sentence(string address)
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--listen", address);
        agent.WaitFor(
            $"cni-bridge-agent: cannot listen on --listen {address.Replace(".", "\\.", StringComparison.Ordinal)}: .*; use another " +
            "address and port, or none");
    }

    [Fact]
    public void Probes_name_missing_parts_until_the_node_is_ready()
    {
        using var lan = new NodeLan();
        lan.Node.Run("mv", NodesPath, $"{NodesPath}.later").Succeeded();
        using var agent = lan.StartAgent("--conflist");
        agent.WaitFor("problem: node1: cannot read the nodes file");

        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /healthz HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        var answer = Ask(lan, @"GET /readyz HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains(
            $"not ready: no valid nodes from the file {NodesPath} since the start: cannot read the nodes file", answer,
            StringComparison.Ordinal);
        Assert.Contains("not ready: /etc/cni/net.d/10-cni-bridge.conflist is not written yet", answer, StringComparison.Ordinal);

        lan.Node.Run("mv", $"{NodesPath}.later", NodesPath).Succeeded();
        lan.AwaitRoutes(AllRoutes);
        Wait.Until(
            () => Ask(lan, @"GET /readyz HTTP/1.0\r\n\r\n").EndsWith("\nready\n", StringComparison.Ordinal), TimeSpan.FromSeconds(20), () =>
            agent.Output);
        // A missing API server makes no agent unready. Otherwise a rollout would stop on all nodes.
        lan.Node.Run("rm", NodesPath).Succeeded();
        agent.WaitFor("(problem: node1: cannot read the nodes file(.|\n)*){2}");
        Assert.EndsWith("\nready\n", Ask(lan, @"GET /readyz HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("\ncni_bridge_agent_source_up 0\n", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"cniVersion\": \"1.0.0\", \"name\": \"other\", \"plugins\": []}", "not ready: /etc/cni/net.d/10-cni-bridge.conflist")]
    public void A_configuration_of_another_program_makes_the_node_unready(string conflist, string why)
    {
        using var lan = new NodeLan();
        lan.Node.WriteFile("/etc/cni/net.d/10-cni-bridge.conflist", conflist);
        using var agent = lan.StartAgent("--conflist");
        lan.AwaitRoutes(AllRoutes);

        Wait.Until(
            () => Ask(lan, @"GET /readyz HTTP/1.0\r\n\r\n").Contains(why, StringComparison.Ordinal), TimeSpan.FromSeconds(20), () =>
            agent.Output);
    }
}

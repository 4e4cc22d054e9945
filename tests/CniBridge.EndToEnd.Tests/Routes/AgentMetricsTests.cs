using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>cni-bridge agent --metrics, asked by a shell.</summary>
public sealed class AgentMetricsTests
{
    const string Address = "127.0.0.1:9469";

    static string Ask(NodeLan lan, string request) => lan.Node.Run(
        "timeout", "60", "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/9469; printf '{request}' >&3; cat <&3").Succeeded().Stdout;

    [Fact]
    public void Whoever_asks_gets_the_node_s_numbers_as_they_are_then()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--metrics", Address);
        lan.AwaitRoutes(AllRoutes);

        var answer = Ask(lan, @"GET /metrics HTTP/1.1\r\nHost: node\r\n\r\n");

        // Lines come without their carriage returns.
        var parts = answer.Split("\n\n");
        Assert.StartsWith("HTTP/1.1 200 OK\nContent-Type: text/plain; version=0.0.4; charset=utf-8\n", parts[0], StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {parts[1].Length}\n", parts[0], StringComparison.Ordinal);
        var count = AllRoutes.Length;
        Assert.Contains($"\ncni_bridge_routes_present {count}\n", parts[1], StringComparison.Ordinal);
        Assert.Contains($"\ncni_bridge_routes_wanted {count}\n", parts[1], StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", Ask(lan, @"GET / HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405 ", Ask(lan, @"POST /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    // One that asks for nothing, or only says half, is not waited for longer than two seconds.
    [Fact]
    public void Nobody_keeps_others_from_asking()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--metrics", Address);
        lan.AwaitRoutes(AllRoutes);
        using var silent = lan.Node.Start("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET /met' >&3; echo connected; sleep 60"]);
        silent.WaitForOutput("connected");

        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    // A caller waits in the queue and cannot be accepted: the kernel says so at once, again and again.
    [Fact]
    public void An_agent_without_free_descriptors_waits_instead_of_spinning()
    {
        Requirement.Programs("prlimit");
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--metrics", Address);
        lan.AwaitRoutes(AllRoutes);
        Assert.StartsWith("HTTP/1.1 200 ", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        agent.LimitDescriptors(3);
        // The kernel took a descriptor for this caller when the agent began to wait for it.
        Assert.Contains("Too many open files", Ask(lan, @"GET /metrics HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        using var waiting = lan.Node.Start("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3; sleep 60"]);
        agent.WaitFor("cannot accept metrics requests: too many open files");
        var before = agent.ProcessorTime();
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Assert.InRange(agent.ProcessorTime() - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, agent.Count("cannot accept metrics requests"));

        agent.LimitDescriptors(1024);
        waiting.WaitForOutput("HTTP/1.1 200 ");
    }

    [Theory]
    [InlineData("0.0.0.0:9469")]
    [InlineData("192.168.1.11:9469")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:9469")]
    public void Only_addresses_that_nobody_else_reaches_are_listened_on(string address)
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--metrics", address);
        agent.WaitFor("--metrics: invalid endpoint \"" + address.Replace(".", "\\.", StringComparison.Ordinal) + "\": use a loopback address and a port");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of cni-bridge-agent on one node of three, judged by ip and the kernel's notifications.</summary>
[RunsFirst]
public sealed class AgentTests
{
    /// <summary>The longest time of a repair. The fastest of several repairs meets it on any machine.</summary>
    static readonly TimeSpan s_promise = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A time limit that is long enough for a busy machine and shorter than the 30 seconds between full comparisons of the agent.
    /// </summary>
    static readonly TimeSpan s_heals = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("", "10.244.2.0/24", "10.244.2.0/24 via 192.168.1.12")]
    [InlineData("-6 ", "fd00:a3::/64", "fd00:a3::/64 via fd00:1::13")]
    public void A_deleted_route_is_restored_within_a_second(string family, string destination, string route)
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        using var monitor = lan.Node.Start("ip", ["-tshort", "monitor", "route"]);
        for (var i = 1; i <= 5; i++)
        {
            // The monitor must listen first, and it does not report this.
            lan.AwaitMonitor(monitor, i);
            lan.Ip($"{family}route del {destination}");
            var found = monitor.FindOutput(
                $"\\[(.*)\\] ?Deleted {Regex.Escape(route)} (.|\n)*?\\[(.*)\\] ?{Regex.Escape(route)} ", s_heals);
            Assert.True(found is not null, $"{route} did not come back: {monitor.Output}");
            lan.AwaitRoutes(AllRoutes);
        }
        var all = Regex.Matches(
            monitor.Output, $"\\[([^\\]]*)\\] ?Deleted {Regex.Escape(route)} (.|\n)*?\n\\[([^\\]]*)\\] ?{Regex.Escape(route)} ");
        Assert.Equal(5, all.Count);
        var times = all.Select(match => Time(match.Groups[3].Value) - Time(match.Groups[1].Value)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"back after {string.Join(", ", times.Select(took => took.TotalMilliseconds))} ms"));
        Assert.All(times, took => Assert.InRange(took, TimeSpan.Zero, s_heals));
        Assert.InRange(times.Min(), TimeSpan.Zero, s_promise);
    }

    // A plugin call has no such thread. A process that runs for months needs it.
    [Fact]
    public void The_agent_has_a_thread_that_runs_finalizers()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        Assert.Contains(".NET Finalizer", agent.ThreadNames());
    }

    static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    [Fact]
    public void Routes_of_a_link_that_went_down_are_restored_when_it_is_up()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        lan.Ip("link set eth0 down");
        agent.WaitFor("problem: node2: 10\\.244\\.2\\.0/24 is not routed: there is no route to 192\\.168\\.1\\.12");
        Assert.Empty(lan.OurRoutes());
        lan.Ip("link set eth0 up");
        lan.AwaitRoutes(AllRoutes);
        agent.WaitFor("solved: node2: 10\\.244\\.2\\.0/24 is not routed");
        lan.Node.AssertReaches("10.244.3.2");
    }

    [Fact]
    public void Routes_follow_changes_of_the_nodes_file()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node1);
        using var agent = lan.StartAgent();
        agent.WaitFor("1 nodes from the file");
        lan.WriteNodes(Node1, Node2, Node3);
        lan.AwaitRoutes(AllRoutes);
        lan.Node.AssertReaches("10.244.2.2");
        lan.WriteNodes(Node1, Node3);
        lan.AwaitRoutes(RouteTo3, RouteTo3V6);
        lan.WriteNodes(
            Node1, Node2.Replace("10.244.2.0", "10.244.3.0", StringComparison.Ordinal),
            Node3.Replace("10.244.3.0", "10.244.2.0", StringComparison.Ordinal));
        lan.AwaitRoutes("10.244.2.0/24 via 192.168.1.13 dev eth0", "10.244.3.0/24 via 192.168.1.12 dev eth0", RouteTo2V6, RouteTo3V6);
        agent.WaitFor("replaced: 10\\.244\\.3\\.0/24 via 192\\.168\\.1\\.12 dev eth0 \\(node2\\), was via 192\\.168\\.1\\.13\n");
    }

    [Fact]
    public void A_file_of_a_ConfigMap_is_followed()
    {
        using var lan = new NodeLan();
        lan.Node.Run("sh", "-ec", $$"""
            cd /etc/cni; mkdir ..1 ..2; mv nodes.json ..2/; echo '{"nodes": [{{Node1}}]}' > ..1/nodes.json
            ln -s ..1 ..data; ln -s ..data/nodes.json nodes.json
            """).Succeeded();
        using var agent = lan.StartAgent();
        agent.WaitFor("1 nodes from the file");
        lan.Node.Run("sh", "-ec", "cd /etc/cni; ln -s ..2 ..data_tmp; mv -T ..data_tmp ..data").Succeeded();
        lan.AwaitRoutes(AllRoutes);
    }

    [Fact]
    public void An_invalid_file_keeps_the_last_table()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        lan.ReplaceFile("""{"nodes": [""");
        agent.WaitFor("problem: node1: .*nodes\\.json");
        lan.Ip("route del 10.244.2.0/24");
        lan.AwaitRoutes(AllRoutes);
        lan.Node.Run("rm", NodesPath).Succeeded();
        agent.WaitFor("cannot read the nodes file");
        lan.Ip("route del 10.244.2.0/24");
        lan.AwaitRoutes(AllRoutes);
        lan.WriteNodes(Node1, Node2);
        lan.AwaitRoutes(RouteTo2, RouteTo2V6);
        agent.WaitFor("solved: node1: cannot read the nodes file");
    }

    [Fact]
    public void A_node_that_boots_without_its_source_uses_the_last_good_table()
    {
        using var lan = new NodeLan();
        using (var agent = lan.StartAgent())
        {
            lan.AwaitRoutes(AllRoutes);
            agent.WaitFor("3 nodes from");
            Assert.Equal(0, agent.Kill().ExitCode);
        }
        lan.Node.Run("rm", NodesPath).Succeeded();
        lan.Ip("route flush proto 67");
        lan.Ip("-6 route flush proto 67");
        Assert.Empty(lan.OurRoutes());
        using var next = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        next.WaitFor("3 nodes of the last valid table until the source answers");
        next.WaitFor("problem: node1: cannot read the nodes file");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void The_agent_ends_cleanly_on_a_signal_and_keeps_the_routes(string signal)
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        Assert.Equal(0, agent.Kill(signal).ExitCode);
        Assert.Equal(AllRoutes, lan.OurRoutes());
        agent.WaitFor("stopped; the routes stay");
    }

    [Fact]
    public void A_dry_run_prints_each_planned_change_once_as_JSON()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--dry-run", "--log", "json");
        agent.WaitFor("fd00:a3::/64");
        lan.Ip("route add 10.99.0.0/16 via 192.168.1.99");
        lan.WriteNodes(Node1, Node2, Node3, """{"name": "node4", "addresses": ["192.168.1.14"], "podRanges": ["10.244.4.0/24"]}""");
        agent.WaitFor("10\\.244\\.4\\.0/24");
        var result = agent.Kill();
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(lan.OurRoutes());
        var events = result.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var added = events.FindAll(line => line.GetProperty("event").GetString() == "added");
        Assert.All(added, line => Assert.True(line.GetProperty("dryRun").GetBoolean()));
        Assert.Equal(
            ["10.244.2.0/24", "fd00:a2::/64", "10.244.3.0/24", "fd00:a3::/64", "10.244.4.0/24"],
            added.Select(line => line.GetProperty("destination").GetString()));
        Assert.Empty(lan.Node.Files("/var/lib/cni-bridge"));
    }

    // The agent handles notifications at most ten times a second, and still sees all changes.
    [Fact]
    public void Many_link_changes_cause_little_work()
    {
        Requirement.Programs("strace");
        using var lan = new NodeLan();
        const string trace = $"{ScratchNode.Directory}/trace";
        var clock = Stopwatch.StartNew();
        using var agent = lan.StartAgentUnder(["strace", "-f", "-qq", "-e", "trace=sendto", "-o", trace]);
        lan.AwaitRoutes(AllRoutes);
        lan.Node.Run(
            "sh", "-ec",
            "for i in $(seq 300); do ip link add storm type bridge; ip link set storm up; ip link del storm; done; ip route del " +
            "10.244.2.0/24").Succeeded();
        lan.AwaitRoutes(AllRoutes);
        var looks = int.Parse(lan.Node.Run("grep", "-c", "RTM_GETADDR", trace).Succeeded().Stdout, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{looks} looks in {clock.Elapsed.TotalSeconds:0.0} s"));
        // Each comparison lists the addresses once. The limit allows for reading the clock before and after.
        Assert.InRange(looks, 2, (11 * clock.Elapsed.TotalSeconds) + 5);
    }

    [Fact]
    public void The_agent_keeps_the_configuration_of_this_node()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--conflist", "--service-cidr", "10.96.0.0/12");
        agent.WaitFor("wrote /etc/cni/net\\.d/10-cni-bridge\\.conflist");
        Assert.Contains("10.244.1.0/24", Conflist(), StringComparison.Ordinal);
        lan.WriteNodes(Node1.Replace("10.244.1.0", "10.96.1.0", StringComparison.Ordinal), Node2, Node3);
        agent.WaitFor("problem: node1: .*10\\.96\\.1\\.0/24 overlaps --service-cidr 10\\.96\\.0\\.0/12");
        Assert.Contains("10.244.1.0/24", Conflist(), StringComparison.Ordinal);
        lan.WriteNodes(Node1.Replace("10.244.1.0", "10.244.9.0", StringComparison.Ordinal), Node2, Node3);
        agent.WaitFor("solved: node1: .*10\\.96\\.1\\.0/24");
        Assert.Contains("10.244.9.0/24", Conflist(), StringComparison.Ordinal);

        string Conflist() => lan.Node.Run("cat", "/etc/cni/net.d/10-cni-bridge.conflist").Succeeded().Stdout;
    }

    [Fact]
    public void Running_pods_reach_a_new_node_with_their_own_address()
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent("--conflist");
        agent.WaitFor("wrote /etc/cni/net\\.d/10-cni-bridge\\.conflist");
        lan.Ip("netns add pod");
        lan.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "add", "pod", "pod").Succeeded();
        Assert.DoesNotContain("10.244.4.", Rules(), StringComparison.Ordinal);
        var before = Rules();

        lan.WriteNodes(
            Node1, Node2, Node3,
            Node3.Replace("node3", "node4", StringComparison.Ordinal).Replace("192.168.1.13", "192.168.1.14", StringComparison.Ordinal)
            .Replace("fd00:1::13", "fd00:1::14", StringComparison.Ordinal).Replace("10.244.3.0", "10.244.4.0", StringComparison.Ordinal)
            .Replace("fd00:a3:", "fd00:a4:", StringComparison.Ordinal));
        agent.WaitFor("info: updated the masquerade exceptions of the network podnet for the current nodes");

        var rules = Rules();
        Assert.Contains("10.244.1.0-10.244.4.255", rules, StringComparison.Ordinal);
        Assert.Contains("fd00:a4::/64", rules, StringComparison.Ordinal);
        // The next pod finds everything in place.
        lan.Ip("netns add other");
        lan.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "add", "other", "other").Succeeded();
        Assert.Equal(rules, Rules());
        lan.WriteNodes(Node1, Node2, Node3);
        agent.WaitFor("(updated the masquerade exceptions(.|\n)*){2}");
        Assert.Equal(before, Rules());

        string Rules() => lan.Node.Run("nft", "--stateless", "list", "ruleset").Succeeded().Stdout;
    }
}

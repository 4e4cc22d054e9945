using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of faulty nodes files while the routes work, judged by ip.</summary>
public sealed class FaultyNodeTests
{
    static readonly string s_misspelt = Node2.Replace("addresses", "adresses", StringComparison.Ordinal);
    static readonly string s_illegible = s_misspelt.Replace("podRanges", "podRange", StringComparison.Ordinal);

    [Fact]
    public void A_typing_error_in_an_entry_removes_no_route()
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        lan.Ip("route add 10.244.9.0/24 via 192.168.1.19 proto 67");
        lan.WriteNodes(Node1, s_misspelt, Node3);

        var sync = lan.Routes("sync");

        Assert.Equal(2, sync.ExitCode);
        // The route of a removed node is deleted in any case.
        Assert.Contains("0 added, 0 replaced, 1 removed, 4 unchanged", sync.Stdout, StringComparison.Ordinal);
        Assert.Contains(
            "problem: node2: unknown key \"adresses\": a node has name, addresses and podRanges", sync.Stdout, StringComparison.Ordinal);
        Assert.Contains(
            "problem: node2: the route 10.244.2.0/24 via 192.168.1.12 is kept, because the node's entry is faulty", sync.Stdout,
            StringComparison.Ordinal);
        Assert.Equal(AllRoutes, lan.OurRoutes());
        lan.Node.AssertReaches("10.244.2.2");
        var show = lan.Routes("show");
        Assert.Equal(2, show.ExitCode);
        Assert.Matches("10\\.244\\.2\\.0/24 +192\\.168\\.1\\.12 +eth0 +node2 +kept\n", show.Stdout);
        Assert.Equal("kept", lan.Routes("show", "--output", "json").Json.GetProperty("routes").EnumerateArray()
            .Single(route => route.GetProperty("destination").GetString() == "10.244.2.0/24").GetProperty("state").GetString());
    }

    [Fact]
    public void A_completely_unreadable_entry_removes_no_route()
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        lan.WriteNodes(Node1, s_illegible);
        Assert.Contains("0 added, 0 replaced, 0 removed, 4 unchanged", lan.Routes("sync").Stdout, StringComparison.Ordinal);
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    [Theory]
    [InlineData("{\"nodes\": []}", "the list of nodes is empty")]
    [InlineData("{\"kind\": \"List\", \"items\": []}", "the list of nodes is empty")]
    [InlineData("{\"nodes\": [" + Node2 + "]}", "node \"node1\" is not among the 1 nodes: give this node's name with --node-name")]
    public void An_implausible_list_is_refused_without_force(string text, string why)
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        lan.ReplaceFile(text);

        foreach (var option in (string[])["--output=text", "--dry-run"])
        {
            var sync = lan.Routes("sync", option);
            Assert.Equal(1, sync.ExitCode);
            Assert.Equal(
                $"cni-bridge: the nodes from the file {NodesPath} are refused: {why}; no route was changed (use --force to accept them)\n",
                sync.Stderr);
            Assert.Empty(sync.Stdout);
        }
        Assert.Equal(AllRoutes, lan.OurRoutes());
        var show = lan.Routes("show");
        Assert.Equal(2, show.ExitCode);
        Assert.Contains(why, show.Stderr, StringComparison.Ordinal);
        Assert.Contains("unknown", show.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("not wanted", show.Stdout, StringComparison.Ordinal);

        lan.Routes("sync", "--force");
        Assert.Equal(text.Contains("node2", StringComparison.Ordinal) ? [RouteTo2, RouteTo2V6] : [], lan.OurRoutes());
    }

    [Theory]
    [InlineData("{\"nodes\": []}", "the list of nodes is empty")]
    [InlineData("{\"nodes\": [" + Node2 + "]}", "node \"node1\" is not among the 1 nodes: give this node's name with --node-name")]
    public void The_agent_keeps_the_last_good_nodes_if_the_list_is_implausible(string text, string why)
    {
        using var lan = new NodeLan();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(AllRoutes);
        lan.ReplaceFile(text);
        agent.WaitFor($"problem: node1: the nodes from the file {NodesPath} are refused: {why}; the last 3 valid nodes stay in use\n");
        lan.Ip("route del 10.244.2.0/24");
        lan.AwaitRoutes(AllRoutes);
        Assert.Contains("node3", lan.Node.Run("cat", "/var/lib/cni-bridge/nodes.json").Stdout, StringComparison.Ordinal);
        lan.WriteNodes(Node1, Node2);
        agent.WaitFor("solved: node1: the nodes from the file");
        lan.AwaitRoutes(RouteTo2, RouteTo2V6);
    }

    [Fact]
    public void An_agent_that_starts_with_an_empty_list_changes_nothing()
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        // The table that sync keeps would be used instead.
        lan.Node.Run("rm", "/var/lib/cni-bridge/nodes.json").Succeeded();
        lan.ReplaceFile("{\"nodes\": []}");
        using var agent = lan.StartAgent();
        agent.WaitFor("the list of nodes is empty; no route is changed");
        Assert.Equal(0, agent.Kill().ExitCode);
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    [Fact]
    public void The_agent_restores_routes_of_a_faulty_entry_even_after_a_boot()
    {
        using var lan = new NodeLan();
        using (var agent = lan.StartAgent())
        {
            lan.AwaitRoutes(AllRoutes);
            lan.WriteNodes(Node1, s_illegible, Node3);
            agent.WaitFor(
                "problem: node2: the entry is faulty, so the last valid values stay in use: addresses 192\\.168\\.1\\.12, fd00:1::12, " +
                "pod CIDRs 10\\.244\\.2\\.0/24, fd00:a2::/64");
            lan.Ip("link set eth0 down");
            lan.Ip("link set eth0 up");
            lan.AwaitRoutes(AllRoutes);
            Assert.Equal(0, agent.Kill().ExitCode);
        }
        lan.Ip("route flush proto 67");
        lan.Ip("-6 route flush proto 67");
        using (var agent = lan.StartAgent())
        {
            agent.WaitFor("3 nodes of the last valid table until the source answers");
            lan.AwaitRoutes(AllRoutes);
            agent.WaitFor("problem: node2: unknown key \"adresses\"");
            Assert.Contains(lan.Run("doctor", "--node-name", "node1", "--output", "json").Json.GetProperty("findings").EnumerateArray(),
                finding => finding.GetProperty("what").GetString()!.Contains("node2: unknown key \"adresses\"", StringComparison.Ordinal));
            lan.WriteNodes(Node1, Node3);
            lan.AwaitRoutes(RouteTo3, RouteTo3V6);
            agent.WaitFor("solved: node2: unknown key");
        }
    }
}

using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of cni-bridge routes sync, show and plan on one node of three, judged by ip and ping.</summary>
public sealed class RouteCommandTests
{
    [Fact]
    public void Pods_of_other_nodes_are_reached_after_sync_in_both_families()
    {
        using var lan = new NodeLan();
        Assert.Contains("4 added, 0 replaced, 0 removed, 0 unchanged", lan.Routes("sync").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(AllRoutes, lan.OurRoutes());
        foreach (var address in (string[])["10.244.2.2", "10.244.3.2", "fd00:a2::2", "fd00:a3::2"])
            lan.Node.AssertReaches(address);

        Assert.Equal("0 added, 0 replaced, 0 removed, 4 unchanged\n", lan.Routes("sync").Succeeded().Stdout);
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    // A Kubernetes Node is on two networks, and this node shares the second one.
    [Fact]
    public void The_InternalIP_on_a_link_is_the_next_hop()
    {
        using var lan = new NodeLan();
        lan.ReplaceFile("""
            {"kind": "List", "apiVersion": "v1", "items": [
              {"metadata": {"name": "node1"}, "spec": {"podCIDRs": ["10.244.1.0/24"]},
               "status": {"addresses": [{"type": "InternalIP", "address": "192.168.1.11"}]}},
              {"metadata": {"name": "node2"}, "spec": {"podCIDRs": ["10.244.2.0/24", "fd00:a2::/64"]},
               "status": {"addresses": [{"type": "InternalIP", "address": "172.16.0.2"}, {"type": "InternalIP", "address": "fd00:9::12"},
                 {"type": "InternalIP", "address": "192.168.1.12"}, {"type": "InternalIP", "address": "fd00:1::12"}]}}]}
            """);
        lan.Routes("sync").Succeeded();
        Assert.Equal([RouteTo2, RouteTo2V6], lan.OurRoutes());
        lan.Node.AssertReaches("10.244.2.2");
        lan.Node.AssertReaches("fd00:a2::2");
    }

    [Fact]
    public void A_node_finds_itself_regardless_of_case()
    {
        using var lan = new NodeLan();
        lan.Routes("sync", "--node-name", "NODE1").Succeeded();
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    [Fact]
    public void A_node_that_left_loses_its_routes_and_no_others_change()
    {
        using var lan = new NodeLan();
        lan.Ip("route add 10.99.0.0/16 via 192.168.1.99 proto static");
        lan.Ip("route add 10.98.0.0/16 via 192.168.1.12");
        lan.Ip("-6 route add fd00:99::/64 via fd00:1::99");
        lan.Routes("sync").Succeeded();
        var before = lan.Ip("route show table all").Stdout + lan.Ip("-6 route show table all").Stdout;

        lan.WriteNodes(Node1, Node2);
        Assert.Contains("2 removed", lan.Routes("sync").Succeeded().Stdout, StringComparison.Ordinal);

        var after = lan.Ip("route show table all").Stdout + lan.Ip("-6 route show table all").Stdout;
        Assert.Equal(
            before.Split('\n')
            .Where(line => !line.Contains("10.244.3.0", StringComparison.Ordinal) && !line.Contains("fd00:a3::", StringComparison.Ordinal)),
            after.Split('\n'));
        Assert.Equal([RouteTo2, RouteTo2V6], lan.OurRoutes());
    }

    [Fact]
    public void A_next_hop_behind_a_router_is_reported_and_gets_no_route()
    {
        using var lan = new NodeLan();
        lan.Ip("route add default via 192.168.1.1");
        lan.WriteNodes(
            Node1, Node2, """{"name": "node3", "addresses": ["192.168.2.13"], "podRanges": ["10.244.3.0/24", "fd00:a3::/64"]}""");
        var result = lan.Routes("sync", "--output", "json");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            [
                "node3: fd00:a3::/64 is not routed: the node has no IPv6 address",
                "node3: 10.244.3.0/24 is not routed: 192.168.2.13 is behind the gateway 192.168.1.1 on eth0, not on a link of this node",
            ],
            result.Json.GetProperty("problems").EnumerateArray()
                .Select(problem => $"{problem.GetProperty("node").GetString()}: {problem.GetProperty("text").GetString()}"));
        Assert.Equal(["10.244.2.0/24", "fd00:a2::/64"], Destinations(result.Json.GetProperty("added")));
        Assert.Equal([RouteTo2, RouteTo2V6], lan.OurRoutes());
    }

    [Fact]
    public void A_route_of_another_program_stays()
    {
        using var lan = new NodeLan();
        lan.Ip("route add 10.244.2.0/24 via 192.168.1.99 proto static");
        var result = lan.Routes("sync");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("node2: 10.244.2.0/24 is in conflict with a route of protocol static", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("10.244.2.0/24 via 192.168.1.99", lan.Ip("route show").Stdout, StringComparison.Ordinal);
        Assert.Equal([RouteTo3, RouteTo2V6, RouteTo3V6], lan.OurRoutes());
        lan.Ip("route del 10.244.2.0/24");
        lan.Routes("sync").Succeeded();
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    // The notifications of the kernel show that no route is ever missing.
    [Fact]
    public void Swapped_ranges_of_two_nodes_are_replaced_in_place()
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        lan.WriteNodes(
            Node1, Node2.Replace("10.244.2.0", "10.244.3.0", StringComparison.Ordinal),
            Node3.Replace("10.244.3.0", "10.244.2.0", StringComparison.Ordinal));
        using var monitor = lan.Node.Start("ip", ["monitor", "route"]);
        lan.AwaitMonitor(monitor);
        Assert.Contains("0 added, 2 replaced, 0 removed", lan.Routes("sync").Succeeded().Stdout, StringComparison.Ordinal);
        monitor.WaitForOutput("10\\.244\\.2\\.0/24 via 192\\.168\\.1\\.13(.|\n)*|10\\.244\\.3\\.0/24 via 192\\.168\\.1\\.12");
        Assert.DoesNotContain("Deleted", monitor.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["10.244.2.0/24 via 192.168.1.13 dev eth0", "10.244.3.0/24 via 192.168.1.12 dev eth0", RouteTo2V6, RouteTo3V6],
                lan.OurRoutes());
    }

    [Fact]
    public void Show_lists_correct_missing_wrong_and_unwanted_routes()
    {
        using var lan = new NodeLan();
        lan.Routes("sync").Succeeded();
        Assert.Equal(
            """
            DESTINATION    VIA           LINK  NODE   STATE
            10.244.2.0/24  192.168.1.12  eth0  node2  ok
            fd00:a2::/64   fd00:1::12    eth0  node2  ok
            10.244.3.0/24  192.168.1.13  eth0  node3  ok
            fd00:a3::/64   fd00:1::13    eth0  node3  ok

            """, lan.Routes("show").Succeeded().Stdout);

        lan.Ip("route del 10.244.2.0/24");
        lan.Ip("route replace 10.244.3.0/24 via 192.168.1.12 proto 67");
        lan.Ip("-6 route add fd00:a9::/64 via fd00:1::12 proto 67");
        var result = lan.Routes("show", "--output", "json");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            ["fd00:a2::/64 ok", "fd00:a3::/64 ok", "10.244.2.0/24 missing", "10.244.3.0/24 wrong, goes via 192.168.1.12",
                "fd00:a9::/64 not wanted"],
            result.Json.GetProperty("routes").EnumerateArray()
                .Select(route => $"{route.GetProperty("destination").GetString()} {route.GetProperty("state").GetString()}"));

        lan.Node.Run("rm", NodesPath).Succeeded();
        result = lan.Routes("show").Succeeded();
        Assert.Contains("unknown", result.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("10.244.2.0/24", result.Stdout, StringComparison.Ordinal);
        Assert.Contains(NodesPath, result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_changes_nothing()
    {
        using var lan = new NodeLan();
        var result = lan.Routes("sync", "--dry-run").Succeeded();
        Assert.Contains("would be added", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("(dry run)", result.Stdout, StringComparison.Ordinal);
        Assert.Empty(lan.OurRoutes());
    }

    // ip accepts the output, and it equals the routes of sync.
    [Fact]
    public void The_plan_of_a_node_creates_its_routes()
    {
        using var lan = new NodeLan();
        lan.Node.Run("sh", ["-e"], lan.Routes("plan").Succeeded().Stdout).Succeeded();
        Assert.Equal(AllRoutes, lan.OurRoutes());
        lan.Routes("show").Succeeded();
    }

    [Fact]
    public void The_plan_of_a_router_is_for_all_nodes_and_aggregated()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node1, Node2.Replace("\"10.244.2.0/24\"", "\"10.244.2.0/24\", \"10.244.3.0/24\"", StringComparison.Ordinal));
        Assert.Equal(
            """
            ip route replace 10.244.1.0/24 via 192.168.1.11
            ip -6 route replace fd00:a1::/64 via fd00:1::11
            ip route replace 10.244.2.0/23 via 192.168.1.12
            ip -6 route replace fd00:a2::/64 via fd00:1::12

            """, lan.Routes("plan", "--for", "router", "--quota", "4").Succeeded().Stdout);
        var json = lan.Routes("plan", "--for", "router", "--format", "json").Succeeded().Json;
        Assert.Equal(["10.244.1.0/24", "fd00:a1::/64", "10.244.2.0/23", "fd00:a2::/64"], Destinations(json.GetProperty("routes")));
        Assert.Contains(
            "ipv6 route fd00:a2::/64 fd00:1::12\n", lan.Routes("plan", "--for", "router", "--format", "frr").Succeeded().Stdout,
            StringComparison.Ordinal);
        Assert.Contains(
            "  route 10.244.2.0/23 via 192.168.1.12;\n", lan.Routes("plan", "--for", "router", "--format", "bird").Succeeded().Stdout,
            StringComparison.Ordinal);

        var result = lan.Routes("plan", "--for", "router", "--quota", "3");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("4 routes exceed the quota of 3 by 1", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sync", "--nodes", "/missing", "/missing")]
    [InlineData("plan", "--nodes", "/missing", "/missing")]
    [InlineData("plan", "--for", "moon", "moon")]
    [InlineData("plan", "--quota", "many", "many")]
    [InlineData("show", "--output", "yaml", "yaml")]
    public void An_impossible_request_is_an_error(string verb, string option, string value, string words)
    {
        using var lan = new NodeLan();
        var result = lan.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), ["routes", verb, option, value], "");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.Stderr, StringComparison.Ordinal);
        Assert.Empty(lan.OurRoutes());
    }

    static IEnumerable<string?> Destinations(JsonElement routes) =>
        routes.EnumerateArray().Select(route => route.GetProperty("destination").GetString());
}

using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests of node1 in a cluster of three. Each test sets the routes of the kernel and expects the changes.</summary>
public sealed class RouteReconciliationTests
{
    static readonly NodeTable s_table = ShortTable.Of(
        "node1 192.168.1.11,fd00:1::11 10.244.1.0/24,fd00:a1::/64",
        "node2 192.168.1.12,fd00:1::12 10.244.2.0/24,fd00:a2::/64",
        "node3 192.168.1.13,fd00:1::13 10.244.3.0/24,fd00:a3::/64");

    const string Node2 = "10.244.2.0/24 via 192.168.1.12 dev eth0", Node3 = "10.244.3.0/24 via 192.168.1.13 dev eth0";
    const string Node2V6 = "fd00:a2::/64 via fd00:1::12 dev eth0", Node3V6 = "fd00:a3::/64 via fd00:1::13 dev eth0";

    static KernelRoutes Lan() => new KernelRoutes()
        .With("eth0", "192.168.1.11/24").With("eth0", "fd00:1::11/64").With("cni0", "10.244.1.1/24")
            .With("0.0.0.0/0 via 192.168.1.1 dev eth0");

    /// <summary>Returns the LAN with all wanted routes.</summary>
    static KernelRoutes Settled() => Ours(Ours(Ours(Ours(Lan(), Node2), Node3), Node2V6), Node3V6);

    static KernelRoutes Ours(KernelRoutes routes, string route) => routes.With(route + " proto 67");

    static RouteReconciliation Run(KernelRoutes routes, NodeTable? table = null) =>
        RouteReconciliation.Create(WantedRoutes.OfNode(table ?? s_table, "node1"), routes.Snapshot);

    static IEnumerable<string> Changes(RouteReconciliation reconciliation) =>
        reconciliation.Changes.Select(step => $"{step.Action} {step}");

    static IEnumerable<string> Problems(RouteReconciliation reconciliation) => reconciliation.Problems.Select(problem => $"{problem}");

    [Fact]
    public void Missing_routes_are_added()
    {
        var difference = Run(Lan());
        Assert.Equal(
            [$"Add {Node2} (node2)", $"Add {Node2V6} (node2)", $"Add {Node3} (node3)", $"Add {Node3V6} (node3)"], Changes(difference));
        Assert.Empty(difference.Problems);
        Assert.Empty(difference.Kept);
    }

    [Fact]
    public void Correct_routes_are_kept()
    {
        var difference = Run(Settled());
        Assert.Empty(difference.Changes);
        Assert.Empty(difference.Problems);
        Assert.Equal(4, difference.Kept.Count);
    }

    [Fact]
    public void A_node_that_left_loses_its_routes()
    {
        var difference = Run(
            Settled(), ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12,fd00:1::12 10.244.2.0/24,fd00:a2::/64"));
        Assert.Equal([$"Remove {Node3}", $"Remove {Node3V6}"], Changes(difference));
    }

    [Fact]
    public void Ranges_that_were_swapped_are_replaced_in_one_step_each()
    {
        var difference = Run(Settled(), ShortTable.Of(
            "node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12,fd00:1::12 10.244.3.0/24,fd00:a3::/64",
            "node3 192.168.1.13,fd00:1::13 10.244.2.0/24,fd00:a2::/64"));
        Assert.Equal(
            [
                "Replace 10.244.3.0/24 via 192.168.1.12 dev eth0 (node2), was via 192.168.1.13",
                "Replace fd00:a3::/64 via fd00:1::12 dev eth0 (node2), was via fd00:1::13",
                "Replace 10.244.2.0/24 via 192.168.1.13 dev eth0 (node3), was via 192.168.1.12",
                "Replace fd00:a2::/64 via fd00:1::13 dev eth0 (node3), was via fd00:1::12",
            ],
            Changes(difference));
    }

    [Fact]
    public void A_route_by_the_wrong_link_is_replaced()
    {
        var routes = Ours(Lan(), "10.244.2.0/24 via 192.168.1.12 dev eth1");
        Assert.Contains($"Replace {Node2} (node2), was via 192.168.1.12", Changes(Run(routes)));
    }

    [Fact]
    public void Additions_come_before_removals()
    {
        var routes = Ours(Ours(Lan(), "10.244.9.0/24 via 192.168.1.19 dev eth0"), "10.244.2.0/24 via 192.168.1.19 dev eth0");
        Assert.Equal(
            [RouteAction.Replace, RouteAction.Add, RouteAction.Add, RouteAction.Add, RouteAction.Remove],
            Run(routes).Changes.Select(step => step.Action));
    }

    [Theory]
    [InlineData("192.168.2.12", "192.168.2.12 is behind the gateway 192.168.1.1 on eth0, not on a link of this node")]
    [InlineData("192.168.1.11", "192.168.1.11 is an address of this node")]
    [InlineData("172.16.0.1", "172.16.0.1 cannot be reached: the route 172.16.0.0/12 does not forward packets")]
    [InlineData("169.254.1.1", null)]
    [InlineData("10.7.0.1", null)]
    public void A_next_hop_that_is_not_on_a_link_gets_no_route(string address, string? reason)
    {
        var routes = Ours(Lan(), $"10.244.2.0/24 via {address} dev eth0")
            .With("blackhole 172.16.0.0/12").With("169.254.1.1/32 dev eth1").With("10.7.0.0/16 via 192.168.1.1 dev eth0")
                .With("10.7.0.1/32 dev eth1");
        var difference = Run(routes, ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", $"node2 {address} 10.244.2.0/24"));
        if (reason is null)
        {
            Assert.Equal([$"Replace 10.244.2.0/24 via {address} dev eth1 (node2), was via {address}"], Changes(difference));
            return;
        }
        Assert.Equal([$"Remove 10.244.2.0/24 via {address} dev eth0"], Changes(difference));
        Assert.Equal([$"node2: 10.244.2.0/24 is not routed: {reason}"], Problems(difference));
    }

    [Theory]
    [InlineData("fd00:2::2", "there is no route to fd00:2::2")]
    [InlineData("fe80::2", "fe80::2 is a link-local address, which is valid on every link")]
    public void An_IPv6_next_hop_that_is_not_on_a_link_gets_no_route(string address, string reason)
    {
        var difference = Run(
            Lan().With("fe80::/64 dev eth0 proto 2 metric 256"), ShortTable.Of("node1 192.168.1.11", $"node2 {address} fd00:a2::/64"));
        Assert.Empty(difference.Changes);
        Assert.Equal([$"node2: fd00:a2::/64 is not routed: {reason}"], Problems(difference));
    }

    [Theory]
    [InlineData("192.168.2.12,192.168.1.12", "192.168.1.12 dev eth0")]
    [InlineData("192.168.1.11,192.168.1.12", "192.168.1.12 dev eth0")]
    [InlineData("192.168.1.12,192.168.1.14", "192.168.1.12 dev eth0")]
    [InlineData("192.168.2.12,172.16.0.12,192.168.1.12", "172.16.0.12 dev eth1")]
    public void The_first_address_on_a_link_is_the_next_hop(string addresses, string way)
    {
        var table = ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", $"node2 {addresses} 10.244.2.0/24");
        var routes = Lan().With("eth1", "172.16.0.11/16");
        var difference = Run(routes, table);
        Assert.Equal([$"Add 10.244.2.0/24 via {way} (node2)"], Changes(difference));
        Assert.Empty(difference.Problems);
        routes.Apply(difference.Changes);
        Assert.Empty(Run(routes, table).Changes);
    }

    [Fact]
    public void If_no_address_is_on_a_link_each_reason_is_reported()
    {
        var difference = Run(Lan(), ShortTable.Of("node1 192.168.1.11", "node2 192.168.2.12,192.168.3.12,fd00:1::12 10.244.2.0/24"));
        Assert.Empty(difference.Changes);
        Assert.Equal(
            ["node2: 10.244.2.0/24 is not routed: 192.168.2.12 is behind the gateway 192.168.1.1 on eth0, not on a link of this node, " +
             "and 192.168.3.12 is behind the gateway 192.168.1.1 on eth0, not on a link of this node"],
            Problems(difference));
    }

    // Our own route does not prove that a next hop is on a link.
    [Fact]
    public void Our_own_routes_are_ignored_in_the_search_for_next_hops()
    {
        var routes = Lan().With("192.168.2.0/24 dev eth0 proto 67");
        var difference = Run(routes, ShortTable.Of("node1 192.168.1.11", "node2 192.168.2.12 10.244.2.0/24"));
        Assert.Equal(["Remove 192.168.2.0/24 dev eth0"], Changes(difference));
        Assert.Single(difference.Problems);
    }

    [Theory]
    [InlineData("192.168.1.128/25", "it is part of 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("192.168.1.0/24", "it is part of 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("10.244.1.0/25", "it overlaps 10.244.1.0/24, a pod CIDR of this node")]
    [InlineData("10.244.0.0/16", "it overlaps 10.244.1.0/24, a pod CIDR of this node")]
    public void A_range_that_overlaps_networks_of_the_node_gets_no_route(string range, string reason)
    {
        var difference = Run(Lan(), ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", $"node2 192.168.1.12 {range}"));
        Assert.Empty(difference.Changes);
        Assert.Equal([$"node2: {range} is not routed: {reason}"], Problems(difference));
    }

    // The network of the LAN is more specific and stays reachable.
    [Fact]
    public void A_range_that_contains_a_network_of_the_node_is_routed() => Assert.Single(
        Run(Lan(), ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12 192.168.0.0/16")).Changes);

    [Theory]
    [InlineData("10.244.2.0/24 via 192.168.1.99 dev eth0 proto 4", "static")]
    [InlineData("10.244.2.0/24 dev eth1 proto 12", "bird")]
    [InlineData("blackhole 10.244.2.0/24 proto 99", "99")]
    public void A_route_of_another_program_stays_and_is_reported(string route, string name)
    {
        var table = ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12 10.244.2.0/24");
        var problem = $"node2: 10.244.2.0/24 is in conflict with a route of protocol {name} with the same destination and metric";
        var difference = Run(Lan().With(route), table);
        Assert.Empty(difference.Changes);
        Assert.Equal([problem], Problems(difference));

        // Our own route beside it is correct, and a replacement would delete the foreign one.
        difference = Run(Ours(Lan().With(route), Node2), table);
        Assert.Empty(difference.Changes);
        Assert.Equal([problem], Problems(difference));

        difference = Run(Ours(Lan().With(route), "10.244.2.0/24 via 192.168.1.17 dev eth0"), table);
        Assert.Equal(["Remove 10.244.2.0/24 via 192.168.1.17 dev eth0"], Changes(difference));
        Assert.Equal([problem], Problems(difference));
    }

    [Fact]
    public void A_route_with_a_lesser_metric_hides_ours_and_is_reported()
    {
        var difference = Run(
            Settled().With("fd00:a2::/64 via fd00:1::99 dev eth0 proto 4 metric 512").With("fd00:a3::/64 dev eth1 proto 4 metric 2000"));
        Assert.Empty(difference.Changes);
        Assert.Equal(["node2: fd00:a2::/64 is overridden by a route of protocol static with the lower metric 512"], Problems(difference));
    }

    [Fact]
    public void A_route_with_a_TOS_is_no_conflict() =>
        Assert.Empty(Run(Settled().With("10.244.2.0/24 dev eth1 proto 4 tos 8")).Problems);

    [Fact]
    public void Duplicate_routes_of_ours_are_removed()
    {
        var routes = Ours(Settled(), "10.244.2.0/24 via 192.168.1.12 dev eth0 metric 77");
        routes = Ours(routes, "10.244.2.0/24 via 192.168.1.19 dev eth0");
        routes = Ours(routes, "fd00:a3::/64 via fd00:1::13 dev eth0 metric 77");
        Assert.Equal(
            [
                "Remove 10.244.2.0/24 via 192.168.1.12 dev eth0", "Remove 10.244.2.0/24 via 192.168.1.19 dev eth0",
                "Remove fd00:a3::/64 via fd00:1::13 dev eth0",
            ],
            Changes(Run(routes)));
        routes.Apply(Run(routes).Changes);
        Assert.Empty(Run(routes).Changes);
        Assert.Equal(4, Run(routes).Kept.Count);
    }

    [Fact]
    public void A_route_of_ours_with_another_metric_is_created_again()
    {
        var routes = Ours(Lan(), "10.244.2.0/24 via 192.168.1.12 dev eth0 metric 77");
        Assert.Equal(["Add", "Remove"], Run(routes, ShortTable.Of("node1 192.168.1.11", "node2 192.168.1.12 10.244.2.0/24"))
            .Changes.Select(step => $"{step.Action}"));
    }

    // In IPv6, each of several next hops is a separate route, perhaps of another program.
    [Fact]
    public void Several_next_hops_are_one_route_in_IPv4_and_several_in_IPv6()
    {
        var table = ShortTable.Of("node1 192.168.1.11", "node2 192.168.1.12,fd00:1::12 10.244.2.0/24,fd00:a2::/64");
        var routes = Ours(Ours(Lan(), "10.244.2.0/24 via 192.168.1.12 dev eth0 via 192.168.1.19 dev eth0"),
            "fd00:a2::/64 via fd00:1::18 dev eth0 via fd00:1::19 dev eth1");
        Assert.Equal(
            [
                "Remove fd00:a2::/64 via fd00:1::18 dev eth0", "Remove fd00:a2::/64 via fd00:1::19 dev eth1",
                $"Replace {Node2} (node2), was via 192.168.1.12", $"Add {Node2V6} (node2)",
            ],
            Changes(Run(routes, table)));

        routes = Ours(Lan(), "fd00:a2::/64 via fd00:1::12 dev eth0 via fd00:1::19 dev eth1");
        var difference = Run(routes, ShortTable.Of("node1 192.168.1.11", "node2 fd00:1::12 fd00:a2::/64"));
        Assert.Empty(difference.Changes);
        Assert.Equal(["node2: fd00:a2::/64 has additional next hops besides the node"], Problems(difference));
    }

    [Fact]
    public void A_blackhole_route_of_ours_is_replaced() => Assert.Contains(
        $"Replace {Node2} (node2)", Changes(Run(Lan().With("blackhole 10.244.2.0/24 proto 67"))));

    [Fact]
    public void A_node_without_a_name_in_the_table_routes_to_all()
    {
        var difference = RouteReconciliation.Create(WantedRoutes.OfNode(s_table, "unknown"), Lan().Snapshot);
        Assert.Equal(4, difference.Changes.Count);
        Assert.Contains(
            "node1: 10.244.1.0/24 is not routed: it is part of 10.244.1.0/24, the subnet of this node's link cni0", Problems(difference));
        Assert.Contains("node1: fd00:a1::/64 is not routed: fd00:1::11 is an address of this node", Problems(difference));
    }
}

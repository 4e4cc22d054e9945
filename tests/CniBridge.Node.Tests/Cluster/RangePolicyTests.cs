using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests of the pod CIDRs of other nodes that node1 accepts. Its LAN is 192.168.1.0/24 with the gateway .1.</summary>
public sealed class RangePolicyTests
{
    static KernelRoutes Lan() => new KernelRoutes()
        .With("eth0", "192.168.1.11/24").With("eth0", "fd00:1::11/64").With("cni0", "10.244.1.1/24").With("eth1", "172.20.0.11/16")
        .With("0.0.0.0/0 via 192.168.1.1 dev eth0").With("0.0.0.0/0 via 100.64.0.1 dev eth1 metric 100")
            .With("::/0 via fd00:9::1 dev eth0 proto 9");

    static RangePolicy Policy(string clusterCidrs = "") =>
        Lan().Snapshot.CreateRangePolicy(ConflistSettings.ParseList("x", clusterCidrs.Length > 0 ? [clusterCidrs] : []), "node1");

    const string Blocks = "is outside the private, shared and benchmarking blocks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, " +
        "100.64.0.0/10, 198.18.0.0/15), " +
        "and --cluster-cidr is not given";

    [Theory]
    [InlineData("10.244.2.0/24", null)]
    [InlineData("10.0.0.0/8", "overlaps 10.244.1.0/24, the subnet of this node's link cni0")]
    [InlineData("10.0.0.0/9", null)]
    [InlineData("172.16.0.0/16", null)]
    [InlineData("100.65.0.0/16", null)]
    [InlineData("198.19.0.0/16", null)]
    [InlineData("2001:db8:5::/48", null)]
    [InlineData("2001:db8::/40", null)]
    [InlineData("fd00:2::/64", null)]
    [InlineData("128.0.0.0/3", "is larger than /8, and --cluster-cidr is not given")]
    [InlineData("8.0.0.0/7", "is larger than /8, and --cluster-cidr is not given")]
    [InlineData("2000::/3", "is larger than /40, and --cluster-cidr is not given")]
    [InlineData("2001:db8::/39", "is larger than /40, and --cluster-cidr is not given")]
    [InlineData("8.8.8.8/32", Blocks)]
    [InlineData("11.0.0.0/8", Blocks)]
    [InlineData("172.0.0.0/8", Blocks)]
    [InlineData("192.168.0.0/15", Blocks)]
    [InlineData("203.0.113.0/24", Blocks)]
    [InlineData("192.168.1.0/24", "overlaps 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("192.168.1.128/25", "overlaps 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("192.168.0.0/16", "overlaps 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("192.168.1.12/32", "overlaps 192.168.1.0/24, the subnet of this node's link eth0")]
    [InlineData("172.20.5.0/24", "overlaps 172.20.0.0/16, the subnet of this node's link eth1")]
    [InlineData("fd00:1::/48", "overlaps fd00:1::/64, the subnet of this node's link eth0")]
    [InlineData("100.64.0.0/24", "contains 100.64.0.1, the default gateway of this node")]
    [InlineData("100.64.0.1/32", "contains 100.64.0.1, the default gateway of this node")]
    [InlineData("fd00:9::/64", "contains fd00:9::1, the default gateway of this node")]
    public void Without_known_networks_only_usual_ranges_are_accepted(string range, string? why) =>
        Assert.Equal(why, Policy().WhyNot(Cidr.Parse(range)));

    [Theory]
    [InlineData("10.244.2.0/24", null)]
    [InlineData("203.0.113.0/25", null)]
    [InlineData("2001::/20", null)]
    [InlineData("10.245.0.0/24", "is outside the cluster CIDRs (--cluster-cidr 10.244.0.0/16,203.0.113.0/24,2001::/16,192.168.0.0/16)")]
    [InlineData("10.0.0.0/8", "is outside the cluster CIDRs (--cluster-cidr 10.244.0.0/16,203.0.113.0/24,2001::/16,192.168.0.0/16)")]
    [InlineData("fd00:2::/64", "is outside the cluster CIDRs (--cluster-cidr 10.244.0.0/16,203.0.113.0/24,2001::/16,192.168.0.0/16)")]
    [InlineData("10.244.0.0/16", "overlaps 10.244.1.0/24, the subnet of this node's link cni0")]
    [InlineData("192.168.1.64/26", "overlaps 192.168.1.0/24, the subnet of this node's link eth0")]
    public void With_cluster_CIDRs_ranges_outside_them_or_on_links_are_refused(string range, string? why) =>
        Assert.Equal(why, Policy("10.244.0.0/16,203.0.113.0/24,2001::/16,192.168.0.0/16").WhyNot(Cidr.Parse(range)));

    [Fact]
    public void A_refused_range_is_reported_and_does_not_affect_others()
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24"),
            Entry("node2", "192.168.1.12", "128.0.0.0/3,10.244.2.0/24,192.168.1.13/32"),
            Entry("node3", "192.168.1.13", "10.244.3.0/24")).Apply(Policy());

        Assert.Equal(
            ["node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24"], Texts(table));
        Assert.Equal(
            [
                "node2: the pod CIDR 128.0.0.0/3 is not used: it is larger than /8, and --cluster-cidr is not given",
                "node2: the pod CIDR 192.168.1.13/32 is not used: it overlaps 192.168.1.0/24, the subnet of this node's link eth0",
            ],
            table.Problems.Select(problem => $"{problem}"));
        Assert.All(table.Problems, problem => Assert.Equal(NodeProblemKind.Refused, problem.Kind));
    }

    // The addresses are behind a router, so that no link of this node conflicts with them.
    [Theory]
    [InlineData("", "node2: the pod CIDR 10.9.0.0/16 is not used: it contains the address 10.9.0.13 of node3")]
    [InlineData("10.0.0.0/8", "node3: the address 10.9.0.13 is not used: it is in the pod CIDR 10.9.0.0/16 of node2")]
    public void A_range_around_the_address_of_another_node_is_refused_unless_pods_use_such_addresses(string clusterCidrs, string problem)
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12", "10.9.0.0/16"),
            Entry("node3", "10.9.0.13", "10.244.3.0/24")).Apply(Policy(clusterCidrs));

        Assert.Equal(problem, Assert.Single(table.Problems).ToString());
    }

    // A new node with an address of this node's pods does not affect this node.
    [Fact]
    public void The_policy_does_not_apply_to_the_pod_CIDRs_of_this_node()
    {
        var table = Table(
            Entry("Node1", "192.168.1.11", "10.244.1.0/24,203.0.113.0/24"), Entry("node2", "10.244.1.7,192.168.1.12", "10.244.2.0/24"))
                .Apply(Policy());

        Assert.Equal(["Node1 192.168.1.11 10.244.1.0/24,203.0.113.0/24", "node2 192.168.1.12 10.244.2.0/24"], Texts(table));
    }

    [Fact]
    public void Policies_with_the_same_rules_are_equal()
    {
        Assert.True(Policy().IsSameAs(Policy()));
        Assert.False(Policy().IsSameAs(Policy("10.0.0.0/8")));
        Assert.False(Policy().IsSameAs(Lan().Snapshot.CreateRangePolicy([], "node2")));
        Assert.False(Policy().IsSameAs(Lan().With("eth1", "10.5.0.1/24").Snapshot.CreateRangePolicy([], "node1")));
        Assert.False(Policy().IsSameAs(Lan().With("0.0.0.0/0 via 192.168.1.2 dev eth0 metric 5").Snapshot.CreateRangePolicy([], "node1")));
        Assert.False(Policy().IsSameAs(RangePolicy.Create([])));
    }

    // The route comes from an old agent, or from before --cluster-cidr was given.
    [Theory]
    [InlineData("", "128.0.0.0/3")]
    [InlineData("", "2000::/3")]
    [InlineData("", "8.8.8.8/32")]
    [InlineData("10.244.0.0/16", "10.9.0.0/16")]
    public void A_route_to_a_refused_range_is_removed(string clusterCidrs, string range)
    {
        var gateway = range.Contains(':', StringComparison.Ordinal) ? "fd00:1::12" : "192.168.1.12";
        var routes = Lan().With($"{range} via {gateway} dev eth0 proto 67");
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12,fd00:1::12", $"{range},10.244.2.0/24"))
            .Apply(Policy(clusterCidrs));

        var difference = RouteReconciliation.Create(WantedRoutes.OfNode(table, "node1"), routes.Snapshot);

        Assert.Equal(
            ["Add 10.244.2.0/24 via 192.168.1.12 dev eth0 (node2)", $"Remove {range} via {gateway} dev eth0"],
            difference.Changes.Select(step => $"{step.Action} {step}"));
        Assert.Equal("node2", Assert.Single(difference.Problems).Node);
    }
}

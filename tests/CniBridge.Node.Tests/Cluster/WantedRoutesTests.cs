using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class WantedRoutesTests
{
    static readonly NodeTable s_table = ShortTable.Of(
        "node1 192.168.1.11,fd00:1::11 10.244.1.0/24,fd00:a1::/64",
        "node2 192.168.1.12,192.168.9.9,fd00:1::12 10.244.2.0/24,fd00:a2::/64,10.244.12.0/24",
        "node3 fd00:1::13 10.244.3.0/24,fd00:a3::/64",
        "node4 192.168.1.14");

    [Fact]
    public void Routes_to_other_nodes_use_their_first_address_of_the_family()
    {
        var wanted = WantedRoutes.OfNode(s_table, "node1");
        Assert.Equal(
            [
                "node2 10.244.2.0/24 192.168.1.12", "node2 fd00:a2::/64 fd00:1::12", "node2 10.244.12.0/24 192.168.1.12",
                "node3 fd00:a3::/64 fd00:1::13",
            ],
            wanted.Routes.Select(Describe));
        Assert.Equal(["node3: 10.244.3.0/24 is not routed: the node has no IPv4 address"], wanted.Problems.Select(problem => $"{problem}"));
        Assert.Equal(["10.244.1.0/24", "fd00:a1::/64"], wanted.OwnRanges.Select(range => $"{range}"));
    }

    [Fact]
    public void A_node_outside_the_table_wants_all_routes_and_reports_it()
    {
        var wanted = WantedRoutes.OfNode(s_table, "node9");
        Assert.Equal(6, wanted.Routes.Count);
        Assert.Contains("node9: this node is not in the node table", wanted.Problems.Select(problem => $"{problem}"));
        Assert.Empty(wanted.OwnRanges);
    }

    // The name of the host is NODE1, and Kubernetes has it in lower case.
    [Fact]
    public void A_node_knows_its_own_entry_regardless_of_case()
    {
        var wanted = WantedRoutes.OfNode(s_table, "NODE1");
        Assert.DoesNotContain(wanted.Routes, route => route.Node == "node1");
        Assert.Equal(2, wanted.OwnRanges.Count);
        Assert.DoesNotContain(wanted.Problems, problem => problem.Node == "NODE1");
    }

    [Fact]
    public void A_router_wants_routes_to_the_pods_of_all_nodes()
    {
        var wanted = WantedRoutes.OfRouter(s_table);
        Assert.Equal(6, wanted.Routes.Count);
        Assert.Single(wanted.Problems);
    }

    [Fact]
    public void The_problems_of_the_table_are_included()
    {
        var problem = new NodeProblem("node5", "it is broken");
        var table = new NodeTable { Nodes = s_table.Nodes, Problems = [problem] };
        Assert.Contains(problem, WantedRoutes.OfNode(table, "node1").Problems);
        Assert.Contains(problem, WantedRoutes.OfRouter(table).Problems);
    }

    [Fact]
    public void Adjacent_ranges_behind_one_next_hop_are_merged()
    {
        var table = ShortTable.Of(
            "node1 192.168.1.11 10.244.0.0/24,10.244.1.0/24,10.244.2.0/23,10.250.0.0/24",
            "node2 192.168.1.12 10.244.5.0/24,10.244.4.0/24,fd00::/64",
            "node3 192.168.1.13,fd00:1::13 10.244.6.0/24,fd00:2::/64,fd00:2:0:1::/64",
            "node4 192.168.1.14 10.244.7.0/24");
        Assert.Equal(
            [
                "node1 10.244.0.0/22 192.168.1.11", "node1 10.250.0.0/24 192.168.1.11", "node2 10.244.4.0/23 192.168.1.12",
                "node3 10.244.6.0/24 192.168.1.13", "node3 fd00:2::/63 fd00:1::13", "node4 10.244.7.0/24 192.168.1.14",
            ],
            RouteAggregation.Merge(WantedRoutes.OfRouter(table).Routes).Select(Describe));
        Assert.Empty(RouteAggregation.Merge([]));
    }

    static string Describe(WantedRoute route) => $"{route.Node} {route.Destination} {route.NextHop}";
}

using System.Text;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests of node1's routes with a typing error in a nodes file, or with a contradiction between two of its entries.</summary>
public sealed class FaultyNodeTests
{
    const string Node1 = """{"name":"node1","addresses":["192.168.1.11"],"podRanges":["10.244.1.0/24"]}""";
    const string Node2 = """{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""";
    const string Node3 = """{"name":"node3","addresses":["192.168.1.13"],"podRanges":["10.244.3.0/24"]}""";

    const string Route2 = "10.244.2.0/24 via 192.168.1.12 dev eth0", Route3 = "10.244.3.0/24 via 192.168.1.13 dev eth0";

    /// <summary>The route of a node that left the cluster.</summary>
    const string Stale = "10.244.9.0/24 via 192.168.1.19 dev eth0";

    static NodeTable Parse(params string[] nodes) => Parse(Encoding.UTF8.GetBytes($$"""{"nodes":[{{string.Join(',', nodes)}}]}"""));

    static NodeTable Parse(byte[] text) => NodeFile.Parse(new MemoryStream(text), "nodes.json");

    /// <summary>Returns the routes after node1 has used a table, and the reported problems.</summary>
    static (string[] Routes, string[] Problems) Take(NodeTable table, params string[] routes)
    {
        var kernel = new KernelRoutes().With("eth0", "192.168.1.11/24").With("cni0", "10.244.1.1/24")
            .With("0.0.0.0/0 via 192.168.1.1 dev eth0");
        foreach (var route in routes)
            kernel.With(route + " proto 67");
        var applied = table.Apply(kernel.Snapshot.CreateRangePolicy(table.ClusterCidrs, "node1"));
        var difference = RouteReconciliation.Create(WantedRoutes.OfNode(applied, "node1"), kernel.Snapshot);
        kernel.Apply(difference.Changes);
        Assert.Empty(RouteReconciliation.Create(WantedRoutes.OfNode(applied, "node1"), kernel.Snapshot).Changes);
        return (
            [.. kernel.Entries.Where(entry => entry.Protocol == 67).Select(KernelRoutes.Describe).Select(text => text.Split(" proto")[0])
                .Order(StringComparer.Ordinal)],
            [.. difference.Problems.Select(problem => $"{problem}")]);
    }

    [Theory]
    [InlineData("""{"name":"node2","adresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":"192.168.1.12","podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.300"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.13"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["127.0.0.1"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["fd00:1::12"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRange":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":"10.244.2.0/24"}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/33"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.1/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.3.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["192.168.1.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["11.244.2.0/24"]}""")]
    [InlineData("""{"nmae":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node 2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node3","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"NODE1","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""")]
    public void A_faulty_entry_keeps_its_route_and_removes_no_other(string node2)
    {
        foreach (var table in (NodeTable[])[Parse(Node1, node2, Node3), Parse(Node1, Node3, node2), Parse(node2, Node3, Node1)])
        {
            var (routes, problems) = Take(table, Route2, Route3, Stale);
            Assert.Equal([Route2, Route3], routes);
            Assert.NotEmpty(problems);
            AssertKept(table, Take(table, Route2, Route3, Stale));
        }
    }

    // The agent keeps the table, and starts with it while the source does not answer.
    static void AssertKept(NodeTable table, (string[] Routes, string[] Problems) taken)
    {
        var text = NodeFile.Write(table);
        var again = Parse(text);
        Assert.Equal(table.Problems, again.Problems);
        Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(NodeFile.Write(again)));
        var (routes, problems) = Take(again, Route2, Route3, Stale);
        Assert.Equal(taken.Routes, routes);
        Assert.Equal(taken.Problems, problems);
    }

    // It is unknown which routes belong to it.
    [Theory]
    [InlineData("""{"name":"node2","adresses":["192.168.1.12"],"podRange":["10.244.2.0/24"]}""")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"name":"node2","addresses":[],"podRanges":["10.244.2"]}""")]
    public void A_completely_unreadable_entry_keeps_all_routes(string node2)
    {
        var (routes, problems) = Take(Parse(Node1, node2, Node3), Route2, Route3, Stale);
        Assert.Equal([Route2, Route3, Stale], routes);
        Assert.Contains(
            problems, problem =>
            problem.EndsWith(
            "the route 10.244.2.0/24 via 192.168.1.12 is kept, because the node's entry is faulty", StringComparison.Ordinal));
        AssertKept(Parse(Node1, node2, Node3), (routes, problems));
    }

    [Fact]
    public void A_correct_table_removes_unwanted_routes()
    {
        Assert.Equal([Route3], Take(Parse(Node1, Node3), Route2, Route3, Stale).Routes);
        Assert.Equal(
            [Route3], Take(
            Parse(Node1, Node2.Replace("10.244.2.0/24", "", StringComparison.Ordinal).Replace("\"\"", "", StringComparison.Ordinal), Node3),
            Route2, Route3).Routes);
        Assert.Equal(
            ["10.244.3.0/24 via 192.168.1.23 dev eth0"],
            Take(Parse(Node1, Node3.Replace(".13", ".23", StringComparison.Ordinal)), Route3).Routes);
    }

    // The creation times in Kubernetes show which node is older, so that a new node with an old address of another one keeps nothing of it.
    [Fact]
    public void A_contested_route_is_replaced_if_creation_times_decide()
    {
        var older = Nodes.Entry("node3", "192.168.1.23", "10.244.3.0/24");
        var newer = Nodes.Entry("node4", "192.168.1.13", "10.244.3.0/24");
        NodeClaim[] claims =
        [
            new(Nodes.Entry("node1", "192.168.1.11", "10.244.1.0/24")),
            new(older) { CreationTime = "2026-01-01T00:00:00Z" }, new(newer) { CreationTime = "2026-02-01T00:00:00Z" },
        ];
        Assert.Equal(["10.244.3.0/24 via 192.168.1.23 dev eth0"], Take(NodeTable.Create(claims, []), Route3).Routes);
        Assert.Equal(["10.244.3.0/24 via 192.168.1.23 dev eth0"], Take(Parse(NodeFile.Write(NodeTable.Create(claims, []))), Route3).Routes);

        Assert.Equal([Route3], Take(Nodes.Table(Nodes.Entry("node1", "192.168.1.11"), older, newer), Route3).Routes);
    }

    // A second address that several nodes list must not freeze their routes.
    [Fact]
    public void A_shared_second_address_does_not_keep_a_route_from_following_the_first()
    {
        var table = Nodes.Table(
            Nodes.Entry("node1", "192.168.1.11", "10.244.1.0/24"), Nodes.Entry("node2", "192.168.1.22,192.168.1.100", "10.244.2.0/24"),
            Nodes.Entry("node3", "192.168.1.13,192.168.1.100", "10.244.3.0/24"));
        Assert.Equal(["10.244.2.0/24 via 192.168.1.22 dev eth0", Route3], Take(table, Route2, Route3).Routes);
    }

    // A route to a forbidden range is not retained either, for any node.
    [Theory]
    [InlineData("128.0.0.0/3")]
    [InlineData("8.8.8.8/32")]
    [InlineData("10.244.0.0/16")]
    public void A_route_that_breaks_a_rule_does_not_stay_because_of_a_faulty_entry(string range)
    {
        var table = Parse(Node1, $$"""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["{{range}}","x"]}""", Node3,
            Node3.Replace("node3", "node4", StringComparison.Ordinal).Replace(".13", ".14", StringComparison.Ordinal)
                .Replace("10.244.3", "10.244.4", StringComparison.Ordinal));
        var (routes, _) = Take(table, $"{range} via 192.168.1.12 dev eth0", Route2);
        Assert.Equal([Route2, Route3, "10.244.4.0/24 via 192.168.1.14 dev eth0"], routes);
    }
}

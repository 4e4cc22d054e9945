using System.Text;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests of a faulty node table and the good one before it.</summary>
public sealed class NodeTableCompletionTests
{
    static readonly NodeTable s_former = Table(
        Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12,fd00:1::12", "10.244.2.0/24,fd00:a2::/64"),
        Entry("node3", "192.168.1.13", "10.244.3.0/24"));

    static NodeTable Parse(params string[] nodes) =>
        NodeFile.Parse(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"nodes":[{{string.Join(',', nodes)}}]}""")), "nodes.json");

    const string Node1 = """{"name":"node1","addresses":["192.168.1.11"],"podRanges":["10.244.1.0/24"]}""";

    [Theory]
    [InlineData("""{"name":"node2","adresses":["192.168.1.12"],"podRanges":["10.244.2.0/24","fd00:a2::/64"]}""")]
    [InlineData("""{"name":"NODE2","adresses":["192.168.1.12"],"podRange":["10.244.2.0/24"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12","fd00:1::12"],"podRanges":["10.244.2.0/33","fd00:a2::/64"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12","fd00:1::12"],"podRanges":["10.244.2.1/24","fd00:a2::/64"]}""")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12","fd00:1::12"],"podRanges":["10.244.1.0/24"]}""")]
    public void A_faulty_entry_gets_its_former_values(string node2)
    {
        var faulty = Parse(Node1, node2);
        var table = faulty.CompleteFrom(s_former);

        var node = table.Find("node2")!;
        Assert.Equal(["192.168.1.12", "fd00:1::12"], node.Addresses.Select(address => $"{address}"));
        Assert.Equal(["10.244.2.0/24", "fd00:a2::/64"], node.PodRanges.Select(range => $"{range}").Order(StringComparer.Ordinal));
        Assert.Null(table.Find("node3"));
        var texts = table.Problems.Select(problem => $"{problem}").ToList();
        Assert.Subset(texts.ToHashSet(), faulty.Problems.Select(problem => $"{problem}").ToHashSet());
        Assert.Contains(
            texts, text =>
            text.Contains("the entry is faulty, so the last valid values stay in use: addresses ", StringComparison.Ordinal));
        // The next reading of the same file gives the same.
        Assert.Equal(Texts(table), Texts(Parse(Node1, node2).CompleteFrom(table)));
        Assert.Equal(texts, Parse(Node1, node2).CompleteFrom(table).Problems.Select(problem => $"{problem}"));
    }

    [Fact]
    public void A_correct_new_value_wins_over_the_former_one()
    {
        var table = Parse(Node1, """{"name":"node2","addresses":["192.168.1.22"],"podRange":["10.244.2.0/24"]}""").CompleteFrom(s_former);
        Assert.Equal("node2 192.168.1.22 10.244.2.0/24,fd00:a2::/64", Texts(table).Last());
    }

    // Another node with a correct entry now has the range of node2.
    [Fact]
    public void A_former_value_does_not_override_a_correct_entry()
    {
        var table = Parse(
            """{"name":"node2","adresses":[],"podRange":[]}""", Node1,
            """{"name":"node4","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}""").CompleteFrom(s_former);
        Assert.Equal(
            ["node1 192.168.1.11 10.244.1.0/24", "node4 192.168.1.12 10.244.2.0/24", "node2 fd00:1::12 fd00:a2::/64"], Texts(table));
    }

    [Fact]
    public void A_table_without_faults_stays_unchanged()
    {
        var table = Table(Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12"));
        Assert.Same(table, table.CompleteFrom(s_former));
    }

    [Fact]
    public void Two_entries_with_the_same_name_are_not_completed()
    {
        var table = Parse(Node1, """{"name":"node2","addresses":["192.168.1.12"]}""", """{"name":"node2","addresses":["192.168.1.14"]}""");
        Assert.Same(table, table.CompleteFrom(s_former));
    }

    [Theory]
    [InlineData("node1", null)]
    [InlineData("NODE3", null)]
    [InlineData("node4", "node \"node4\" is not among the 3 nodes: give this node's name with --node-name")]
    public void A_table_without_this_node_is_not_plausible(string name, string? why) =>
        Assert.Equal(why, s_former.FindImplausibility(name));

    [Fact]
    public void An_empty_table_is_not_plausible_and_one_with_a_faulty_own_entry_is()
    {
        Assert.Equal("the list of nodes is empty", Table().FindImplausibility("node1"));
        Assert.Null(Parse("""{"name":"node1","adresses":["192.168.1.11"]}""").FindImplausibility("node1"));
    }
}

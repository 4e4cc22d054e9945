using System.Text;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Tests.Schema;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class NodeFileTests
{
    const string Good = """{"name":"node1","addresses":["192.168.1.11"],"podRanges":["10.244.1.0/24"]}""";

    static NodeTable Parse(string text) => NodeFile.Parse(new MemoryStream(Encoding.UTF8.GetBytes(text)), "nodes.json");

    static string Refusal(string text) => Assert.Throws<RuntimeException>(() => Parse(text)).Message;

    [Fact]
    public void The_example_file_describes_three_nodes()
    {
        var table = Parse(Resource.Text("nodes.json"));

        Assert.Empty(table.Problems);
        Assert.Equal(
        [
            "node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24",
        ], Texts(table));
    }

    [Fact]
    public void A_written_file_is_read_again()
    {
        var nodes = new[]
        {
            Entry("node1", "192.168.1.11,fd00::11", "10.244.1.0/24,fd00:10:1::/64"),
            Entry("node2", "192.168.1.12"),
        };

        var text = Encoding.UTF8.GetString(NodeFile.Write(nodes));
        var table = Parse(text);

        Assert.Empty(table.Problems);
        Assert.Equal(Texts(Table(nodes)), Texts(table));
        Assert.Equal(text, Encoding.UTF8.GetString(NodeFile.Write(table.Nodes)));
        Assert.Equal("{\n  \"nodes\": []\n}\n", Encoding.UTF8.GetString(NodeFile.Write([])));
    }

    [Fact]
    public void The_example_is_written_as_it_is() =>
        Assert.Equal(Resource.Text("nodes.json"), Encoding.UTF8.GetString(NodeFile.Write(Parse(Resource.Text("nodes.json")))));

    [Theory]
    [InlineData("""{"name":"node2","addresses":["192.168.1.300"]}""", "node2", "invalid address \"192.168.1.300\": use an IP address")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12",5]}""", "node2", "invalid address \"\": use an IP address")]
    [InlineData("""{"name":"node2","addresses":"192.168.1.12"}""", "node2", "addresses is not a list")]
    [InlineData("""{"name":"node2","addresses":[]}""", "node2", "the node has no addresses, so no route can lead to it")]
    [InlineData("""{"name":"node2"}""", "node2", "the node has no addresses, so no route can lead to it")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0"]}""", "node2",
        "invalid pod CIDR \"10.244.2.0\": use ADDRESS/LENGTH such as 10.244.1.0/24")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRanges":{"a":[]}}""", "node2", "podRanges is not a list")]
    [InlineData("""{"name":"node2","addresses":["192.168.1.12"],"podRange":["10.244.2.0/24"]}""", "node2",
        "unknown key \"podRange\": a node has name, addresses and podRanges")]
    [InlineData("""{"addresses":["192.168.1.12"]}""", "nodes[1]", "the entry has no name and is not used")]
    [InlineData("""{"name":5,"addresses":["192.168.1.12"]}""", "nodes[1]", "the entry has no name and is not used")]
    [InlineData("5", "nodes[1]", "the entry is not a JSON object")]
    [InlineData("[[{}]]", "nodes[1]", "the entry is not a JSON object")]
    public void A_faulty_node_does_not_affect_other_nodes(string node, string name, string text)
    {
        var table = Parse($$"""{"nodes":[{{Good}},{{node}},{"name":"node3","addresses":["192.168.1.13"]}]}""");

        Assert.Equal("node1 192.168.1.11 10.244.1.0/24", Texts(table).First());
        Assert.Equal("node3 192.168.1.13", Texts(table).Last());
        Assert.Contains(new NodeProblem(name, text), table.Problems.Select(problem => problem with { CostsPodRange = false }));
    }

    [Fact]
    public void An_invalid_name_is_shortened_and_escaped_in_messages()
    {
        var problem = Assert.Single(
            Parse($$"""{"nodes":[{"name":"\u001b[31m{{new string('x', 500)}}","addresses":["10.0.0.1"]}]}""").Problems);

        Assert.InRange(problem.ToString().Length, 1, 200);
        Assert.DoesNotContain('\u001b', problem.ToString());
    }

    [Theory]
    [InlineData("", "nodes.json is not valid JSON: ")]
    [InlineData("{\n  \"nodes\": [\n    x\n  ]\n}", "nodes.json is not valid JSON: line 3, byte 5: 'x' is an invalid start of a value")]
    [InlineData("""{"nodes":[""", "nodes.json is not valid JSON: line 1, byte 11: ")]
    [InlineData("""{"nodes":[]}}""", "nodes.json is not valid JSON: line 1, byte 13: ")]
    [InlineData("[]", "nodes.json is not a JSON object")]
    [InlineData("5", "nodes.json is not a JSON object")]
    [InlineData("null", "nodes.json is not a JSON object")]
    [InlineData(
        "{}", "nodes.json is not a list of nodes: it has neither the key nodes (nodes file) nor the keys kind and items (kubectl get " +
        "nodes -o json)")]
    [InlineData("""{"items":[]}""", "nodes.json is not a list of nodes: it has neither the key nodes ")]
    [InlineData("""{"nodes":{}}""", "nodes.json has a key nodes that is not a list")]
    [InlineData("""{"nodes":null}""", "nodes.json has a key nodes that is not a list")]
    [InlineData("""{"nodes":[],"kind":"Pods"}""", "nodes.json is not a list of nodes: it is a \"Pods\"")]
    public void A_file_that_is_not_a_table_is_refused_with_the_reason(string text, string reason) =>
        Assert.StartsWith(reason, Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void Other_keys_beside_the_nodes_are_skipped() =>
        Assert.Single(Parse($$"""{"$schema":"./nodes.schema.json","x":{"nodes":[1,[2]]},"nodes":[{{Good}}],"y":"z"}""").Nodes);

    // The second list would replace the nodes of the first.
    [Theory]
    [InlineData("""{"nodes":[{"name":"a"}],"nodes":[]}""", "nodes")]
    [InlineData("""{"kind":"List","items":[],"items":[]}""", "items")]
    public void A_list_given_twice_is_refused(string text, string key) =>
        Assert.Equal($"nodes.json has the key {key} more than once", Refusal(text));

    [Fact]
    public void The_file_may_contain_clusterCidrs()
    {
        var table = Parse($$"""{"clusterCidrs":["10.244.0.0/16","fd00:10::/32"],"nodes":[{{Good}}]}""");

        Assert.Equal(["10.244.0.0/16", "fd00:10::/32"], table.ClusterCidrs.Select(network => $"{network}"));
        Assert.Empty(table.Problems);
    }

    [Theory]
    [InlineData("\"10.244.0.0/16\"", "nodes.json has a key clusterCidrs that is not a list")]
    [InlineData("[\"10.244.0.0\"]", "nodes.json: clusterCidrs \"10.244.0.0\" is invalid: use ADDRESS/LENGTH such as 10.244.0.0/16")]
    [InlineData("[5]", "nodes.json: clusterCidrs \"\" is invalid: use ADDRESS/LENGTH such as 10.244.0.0/16")]
    [InlineData("[\"10.244.1.0/16\"]", "nodes.json: clusterCidrs 10.244.1.0/16 has host bits: use 10.244.0.0/16")]
    public void Invalid_clusterCidrs_are_refused(string networks, string why) =>
        Assert.Equal(why, Refusal($$"""{"clusterCidrs":{{networks}},"nodes":[{{Good}}]}"""));

    [Fact]
    public void A_table_survives_writing_and_reading_with_all_its_problems()
    {
        var table = Parse($$"""
            {"clusterCidrs":["10.0.0.0/8"],"nodes":[{{Good}},
            {"name":"node2","addresses":["x","192.168.1.11","192.168.1.12"],"podRanges":["10.244.1.0/25"]},
            {"addresses":["192.168.1.13"]},{"name":"no name","addresses":["192.168.1.14"]}]}
            """);

        var again = Parse(Encoding.UTF8.GetString(NodeFile.Write(table)));

        Assert.Equal(Texts(table), Texts(again));
        Assert.Equal(table.ClusterCidrs, again.ClusterCidrs);
        Assert.Equal(table.Problems, again.Problems);
        Assert.Contains("node2: invalid address \"x\": use an IP address", again.Problems.Select(problem => $"{problem}"));
        Assert.Contains(
            "node2: the pod CIDR 10.244.1.0/25 is not used: it overlaps 10.244.1.0/24 of node1",
            again.Problems.Select(problem => $"{problem}"));
        Assert.Equal(NodeFile.Write(table), NodeFile.Write(again));
    }

    [Fact]
    public void The_output_of_kubectl_is_recognized_by_its_kind() =>
        Assert.Equal(
            ["node1 192.168.1.11 10.244.1.0/24,fd00:10:1::/64"], Texts(Parse(KubernetesNodesTests.List(KubernetesNodesTests.Node1))));

    [Fact]
    public void A_file_is_read_again_each_time()
    {
        using var directory = new TemporaryDirectory();
        var source = new NodeFile(directory["nodes.json"]);
        File.WriteAllText(directory["nodes.json"], $$"""{"nodes":[{{Good}}]}""");
        Assert.Single(source.Read().Nodes);
        File.WriteAllText(directory["nodes.json"], """{"nodes":[]}""");

        Assert.Empty(source.Read().Nodes);
        Assert.Equal($"the file {directory["nodes.json"]}", source.Description);
    }

    [Fact]
    public void The_error_for_an_unreadable_file_names_the_file()
    {
        using var directory = new TemporaryDirectory();

        foreach (var path in (string[])[directory["absent"], directory.Path])
        {
            var message = Assert.Throws<RuntimeException>(() => new NodeFile(path).Read()).Message;
            Assert.StartsWith($"cannot read the nodes file {path}: ", message, StringComparison.Ordinal);
        }
    }
}

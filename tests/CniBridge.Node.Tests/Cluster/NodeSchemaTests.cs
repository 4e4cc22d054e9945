using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests that conf/nodes.schema.json and the parser agree about single entries. A schema cannot compare entries.</summary>
public sealed class NodeSchemaTests(NodeSchemaJudge judge) : IClassFixture<NodeSchemaJudge>
{

    static bool IsTaken(string text)
    {
        try
        {
            return NodeFile.Parse(new MemoryStream(Encoding.UTF8.GetBytes(text)), "nodes.json").Problems.Count == 0;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("""{"nodes":[]}""")]
    [InlineData("""{"$schema":"./nodes.schema.json","nodes":[],"x":5}""")]
    [InlineData("""{"clusterCidrs":["10.244.0.0/16","fd00::/48"],"nodes":[]}""")]
    [InlineData("""{"clusterCidrs":[],"nodes":[]}""")]
    [InlineData("""{"nodes":[{"name":"node1","addresses":["192.168.1.11"]}]}""")]
    [InlineData("""{"nodes":[{"name":"node1","addresses":["192.168.1.11"],"podRanges":[]}]}""")]
    [InlineData("""{"nodes":[{"name":"a_1.Example-com","addresses":["fd00::1","10.0.0.1"],"podRanges":["fd00:1::/64","10.1.0.0/16"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"]},{"name":"b","addresses":["10.0.0.2"]}]}""")]
    public void Schema_and_parser_accept_valid_files(string text)
    {
        Assert.Empty(judge.Errors(text));
        Assert.True(IsTaken(text));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Nodes":[]}""")]
    [InlineData("""{"nodes":null}""")]
    [InlineData("""{"nodes":{}}""")]
    [InlineData("""{"nodes":[],"kind":"List"}""")]
    [InlineData("""{"nodes":[],"items":[]}""")]
    [InlineData("""{"nodes":[5]}""")]
    [InlineData("""{"clusterCidrs":"10.244.0.0/16","nodes":[]}""")]
    [InlineData("""{"clusterCidrs":["10.244.0.0"],"nodes":[]}""")]
    [InlineData("""{"clusterCidrs":[5],"nodes":[]}""")]
    [InlineData("""{"nodes":[null]}""")]
    [InlineData("""{"nodes":[{}]}""")]
    [InlineData("""{"nodes":[{"addresses":["10.0.0.1"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a"}]}""")]
    [InlineData("""{"nodes":[{"name":"","addresses":["10.0.0.1"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a/b","addresses":["10.0.0.1"]}]}""")]
    [InlineData("""{"nodes":[{"name":"ä","addresses":["10.0.0.1"]}]}""")]
    [InlineData("""{"nodes":[{"name":5,"addresses":["10.0.0.1"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":[]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":"10.0.0.1"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":[5]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":[""]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["node1"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1/24"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"],"podRanges":null}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"],"podRanges":"10.1.0.0/16"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"],"podRanges":["10.1.0.0"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"],"podRanges":[null]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","addresses":["10.0.0.1"],"podCIDR":"10.1.0.0/16"}]}""")]
    public void Schema_and_parser_refuse_invalid_files(string text)
    {
        Assert.NotEmpty(judge.Errors(text));
        Assert.False(IsTaken(text));
    }

    [Fact]
    public void Schema_and_parser_limit_names_to_253_characters()
    {
        foreach (var (length, isGood) in ((int, bool)[])[(253, true), (254, false)])
        {
            var text = $$"""{"nodes":[{"name":"{{new string('a', length)}}","addresses":["10.0.0.1"]}]}""";
            Assert.Equal(isGood, judge.Errors(text).Count == 0);
            Assert.Equal(isGood, IsTaken(text));
        }
    }

    [Theory]
    [InlineData("""{"name":"a","addresses":["1.2.3"]}""")]
    [InlineData("""{"name":"a","addresses":["127.0.0.1"]}""")]
    [InlineData("""{"name":"a","addresses":["10.0.0.1"],"podRanges":["10.1.0.1/16"]}""")]
    public void The_parser_reports_what_the_schema_cannot_express(string node)
    {
        Assert.Empty(judge.Errors($$"""{"nodes":[{{node}}]}"""));
        Assert.False(IsTaken($$"""{"nodes":[{{node}}]}"""));
    }

    [Fact]
    public void The_example_and_written_files_match_the_schema()
    {
        var text = Resource.Text("nodes.json");
        Assert.Empty(judge.Errors(text));
        Assert.Empty(judge.Errors(Encoding.UTF8.GetString(NodeFile.Write(Nodes.Many(3)))));
    }

    [Fact]
    public void Every_key_has_a_description_and_valid_examples()
    {
        var schema = JsonNode.Parse(Resource.Text("nodes.schema.json"))!;
        var node = schema["definitions"]!["node"]!;
        var keys = schema["properties"]!.AsObject().Concat(node["properties"]!.AsObject());
        Assert.All(keys, key => Assert.Matches(@"^[A-Z].{10,120}\.$", key.Value!["description"]?.GetValue<string>()));
        foreach (var (key, value) in node["properties"]!.AsObject())
        {
            foreach (var example in value!["examples"]!.AsArray())
            {
                var sample = node["examples"]![0]!.DeepClone();
                sample[key] = example!.DeepClone();
                AssertBothTake(new JsonArray(sample));
            }
        }
        Assert.All(schema["properties"]!["nodes"]!["examples"]!.AsArray(), nodes => AssertBothTake(nodes!.DeepClone()));
    }

    void AssertBothTake(JsonNode nodes)
    {
        var text = new JsonObject { ["nodes"] = nodes }.ToJsonString();
        Assert.Empty(judge.Errors(text));
        Assert.True(IsTaken(text));
    }
}

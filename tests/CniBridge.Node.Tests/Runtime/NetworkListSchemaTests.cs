using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CniBridge.Node.ConfigurationKeys;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Runtime;

/// <summary>
/// Tests that the schema and our parser read the same keys of a network as a runtime. They ignore the keys inside plugins.
/// </summary>
public sealed partial class NetworkListSchemaTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    const string Rest = "\"name\":\"pods\",\"plugins\":[{\"type\":\"a\"}]";

    static bool IsTaken(string text)
    {
        try
        {
            NetworkList.Parse(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (CniException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("""{"name":"pods","plugins":[{"type":"a"}]}""")]
    [InlineData("""{"name":"a.b_c-D","plugins":[{"type":"a"},{"type":"b","x":5}],"x":{}}""")]
    [InlineData("""{"name":"pods","type":"a"}""")]
    [InlineData("""{"name":"pods","type":"a","cniVersion":"0.4.0","capabilities":{"ips":true}}""")]
    [InlineData("""{"cniVersion":"",""" + Rest + "}")]
    [InlineData("""{"cniVersion":"0.1.0",""" + Rest + "}")]
    [InlineData("""{"cniVersion":"1.1.0","cniVersions":["0.4.0","1.1.0","9.0.0"],""" + Rest + "}")]
    [InlineData("""{"cniVersions":[],""" + Rest + "}")]
    [InlineData("""{"cniVersions":["","1","1.0"],"cniVersion":"1.0.0",""" + Rest + "}")]
    [InlineData("""{"disableCheck":true,"disableGC":false,"loadOnlyInlinedPlugins":true,""" + Rest + "}")]
    [InlineData("""{"disableCheck":"TRUE","disableGC":"false","loadOnlyInlinedPlugins":"True",""" + Rest + "}")]
    [InlineData("""{"$schema":"./cni-bridge.schema.json",""" + Rest + "}")]
    public void Schema_and_parser_accept_valid_lists(string text)
    {
        Assert.Empty(judge.Errors(text));
        Assert.True(IsTaken(text));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"name":"pods"}""")]
    [InlineData("""{"name":"","type":"a"}""")]
    [InlineData("""{"name":5,"type":"a"}""")]
    [InlineData("""{"name":null,"type":"a"}""")]
    [InlineData("""{"name":"../pods","type":"a"}""")]
    [InlineData("""{"name":"pods","type":""}""")]
    [InlineData("""{"name":"pods","type":5}""")]
    [InlineData("""{"name":"pods","type":null}""")]
    [InlineData("""{"name":"pods","plugins":null}""")]
    [InlineData("""{"name":"pods","plugins":[]}""")]
    [InlineData("""{"name":"pods","plugins":{"type":"a"}}""")]
    [InlineData("""{"name":"pods","plugins":["a"]}""")]
    [InlineData("""{"name":"pods","plugins":[null]}""")]
    [InlineData("""{"name":"pods","plugins":[{"type":"a"},{}]}""")]
    [InlineData("""{"name":"pods","plugins":[{"type":5}]}""")]
    [InlineData("""{"plugins":[{"type":"a"}]}""")]
    [InlineData("""{"cniVersion":"9.9.9",""" + Rest + "}")]
    [InlineData("""{"cniVersion":1,""" + Rest + "}")]
    public void Schema_and_parser_refuse_invalid_lists(string text)
    {
        Assert.NotEmpty(judge.Errors(text));
        Assert.False(IsTaken(text));
    }

    // Only libcni reads these keys. A list that it refuses gets no pods.
    [Theory]
    [InlineData("\"cniVersion\":null")]
    [InlineData("\"cniVersions\":\"1.0.0\"")]
    [InlineData("\"cniVersions\":[1]")]
    [InlineData("\"cniVersions\":[1.1]")]
    [InlineData("\"cniVersions\":[null]")]
    [InlineData("\"cniVersions\":[\"x\"]")]
    [InlineData("\"cniVersions\":[\"1.0.0.0\"]")]
    [InlineData("\"cniVersions\":null")]
    [InlineData("\"disableCheck\":\"no\"")]
    [InlineData("\"disableCheck\":1")]
    [InlineData("\"disableCheck\":null")]
    [InlineData("\"disableGC\":\"no\"")]
    [InlineData("\"disableGC\":\" true\"")]
    [InlineData("\"disableGC\":[]")]
    [InlineData("\"loadOnlyInlinedPlugins\":\"\"")]
    [InlineData("\"loadOnlyInlinedPlugins\":{}")]
    public void Schema_and_parser_refuse_an_invalid_key_of_the_list(string key)
    {
        var text = $"{{{key},{Rest}}}";
        Assert.NotEmpty(judge.Errors(text));
        Assert.False(IsTaken(text));
    }

    [Theory]
    [InlineData("\"capabilities\":{\"mac\":\"true\"}")]
    [InlineData("\"capabilities\":[]")]
    [InlineData("\"capabilities\":true")]
    [InlineData("\"ipam\":\"host-local\"")]
    [InlineData("\"ipam\":{\"type\":5}")]
    public void Schema_and_parser_refuse_an_invalid_key_of_any_plugin(string key)
    {
        foreach (var text in (
            string[])[$$"""{"name":"pods","plugins":[{"type":"a",{{key}}}]}""", $$"""{"name":"pods","type":"a",{{key}}}"""])
        {
            Assert.NotEmpty(judge.Errors(text));
            Assert.False(IsTaken(text));
        }
    }

    /// <summary>The described keys without those that no runtime reads.</summary>
    static IEnumerable<ConfigurationKey> ListKeys =>
        NetworkKeys.Network.Append(NetworkKeys.Plugins).Concat(NetworkKeys.OfList).Where(key => key.Name is not ("$schema" or "managedBy"));

    [Fact]
    public void The_reader_of_lists_reads_the_described_keys_and_no_others()
    {
        var source = Resource.Text("NetworkList.cs") + Resource.Text("ListKeys.cs");
        var read = KeyPattern().Matches(source).Select(match => match.Groups["key"].Value).Distinct();

        Assert.Equal(ListKeys.Select(key => key.Name).Order(), read.Order());
    }

    public static TheoryData<string> DescribedKeys => [.. ListKeys.Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(DescribedKeys))]
    public void A_described_key_of_a_list_is_read(string name)
    {
        var key = ListKeys.Single(key => key.Name == name);
        Assert.False(IsTaken(With(new JsonObject())));
        Assert.All(JsonNode.Parse($"[{key.Examples}]")!.AsArray(), example => Assert.True(IsTaken(With(example!.DeepClone()))));

        string With(JsonNode value)
        {
            var list = JsonNode.Parse($"{{{Rest}}}")!;
            list[name] = value;
            return list.ToJsonString();
        }
    }

    /// <summary>Matches a key that is read from a list. Other keys belong to a plugin.</summary>
    [GeneratedRegex("""(?:keys\.\w+|Text|TryGetPropertyValue|root\.ContainsKey)\("(?<key>\w+)"|root\["(?<key>\w+)"\]""")]
    private static partial Regex KeyPattern();

    [Fact]
    public void The_default_version_of_the_schema_equals_that_of_the_parser()
    {
        var schema = JsonNode.Parse(SchemaJudge.Schema)!;
        var version = schema["properties"]!["cniVersion"]!;
        Assert.Equal(NetworkList.Parse("""{"name":"pods","type":"a"}"""u8.ToArray()).Version, version["default"]!.GetValue<string>());
        Assert.Equal(CniVersion.Supported, version["enum"]!.AsArray().Select(item => item!.GetValue<string>()).Reverse().Skip(1));
    }

    // The name of the schema has the extension of a network. In a network directory it must fail and not become one.
    [Fact]
    public void The_schema_file_is_not_a_network() => Assert.False(IsTaken(SchemaJudge.Schema));
}

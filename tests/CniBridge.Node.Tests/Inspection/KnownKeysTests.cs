using System.Text.Json.Nodes;
using CniBridge.Node.Inspection.Configurations;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests that conf validate knows the keys of the schema for editors. Other tests compare the schema with the plugins.</summary>
public sealed class KnownKeysTests
{
    /// <summary>The keys of networks and of runtimes, which are spread over several definitions.</summary>
    static readonly string[] s_ofAny = ["cniVersion", "name", "$schema", "managedBy", "logLevel", "type", "capabilities", "ipam", "args",
        "runtimeConfig", "prevResult"];

    static readonly JsonNode s_definitions = JsonNode.Parse(Resource.Text("cni-bridge.schema.json"))!["definitions"]!;

    static IEnumerable<string> InSchema(string definition) =>
        s_definitions[definition]!["properties"]!.AsObject().Select(one => one.Key).Except(s_ofAny).Order();

    static IEnumerable<string> Known(IEnumerable<string>? keys) => keys!.Except(s_ofAny).Order();

    [Theory]
    [InlineData("bridge", "bridge", "")]
    [InlineData("portmap", "portmap", "")]
    [InlineData("hostLocal", "bridge", "ipam")]
    [InlineData("range", "bridge", "ipam.ranges[][]")]
    [InlineData("route", "bridge", "ipam.routes[]")]
    public void The_known_keys_of_a_plugin_equal_the_schema(string definition, string type, string path) =>
        Assert.Equal(InSchema(definition), Known(KnownKeys.Find(type, "host-local", path)));

    [Fact]
    public void The_known_keys_of_a_list_equal_the_schema() =>
        Assert.Equal(InSchema("list").Append("plugins").Order(), Known(KnownKeys.OfList));

    [Fact]
    public void Keys_of_other_plugins_are_unknown()
    {
        Assert.Null(KnownKeys.Find("tuning", "", ""));
        Assert.Null(KnownKeys.Find("bridge", "dhcp", "ipam"));
        Assert.Null(KnownKeys.Find("bridge", "host-local", "runtimeConfig"));
    }
}

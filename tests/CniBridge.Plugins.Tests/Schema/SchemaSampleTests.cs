using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;
using CniBridge.Plugins.Tests.Delegation;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Tests of configurations that are known to work.</summary>
[Collection(Scripts.Collection)]
public sealed class SchemaSampleTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    /// <summary>The network in containerd's documentation and packages.</summary>
    const string Containerd = """
        {
          "cniVersion": "1.0.0",
          "name": "containerd-net",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "isGateway": true,
              "ipMasq": true,
              "promiscMode": true,
              "ipam": {
                "type": "host-local",
                "ranges": [
                  [{"subnet": "10.88.0.0/16"}],
                  [{"subnet": "2001:4860:4860::/64"}]
                ],
                "routes": [
                  {"dst": "0.0.0.0/0"},
                  {"dst": "::/0"}
                ]
              }
            },
            {
              "type": "portmap",
              "capabilities": {"portMappings": true}
            }
          ]
        }
        """;

    /// <summary>The example of the specification without its comments.</summary>
    const string Specification = """
        {
          "cniVersion": "1.1.0",
          "cniVersions": ["0.3.1", "0.4.0", "1.0.0", "1.1.0"],
          "name": "dbnet",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "keyA": ["some more", "plugin specific", "configuration"],
              "ipam": {
                "type": "host-local",
                "subnet": "10.1.0.0/16",
                "gateway": "10.1.0.1",
                "routes": [{"dst": "0.0.0.0/0"}]
              },
              "dns": {"nameservers": ["10.1.0.1"]}
            },
            {
              "type": "tuning",
              "capabilities": {"mac": true},
              "sysctl": {"net.core.somaxconn": "500"}
            },
            {"type": "portmap", "capabilities": {"portMappings": true}}
          ]
        }
        """;

    [Theory]
    [InlineData(Containerd)]
    [InlineData(Specification)]
    [InlineData(Configurations.Plain)]
    [InlineData("""{"cniVersion":"1.0.0","name":"lo","type":"loopback"}""")]
    [InlineData("""{"cniVersion":"1.0.0","name":"lo","plugins":[{"type":"loopback"}]}""")]
    [InlineData("""{"cniVersion":"1.0.0","name":"pods","type":"host-local","ipam":{"type":"host-local","subnet":"10.0.0.0/24"}}""")]
    // Keys of other plugins are unknown, even if they have the name of one of ours.
    [InlineData("""{"name":"a","plugins":[{"type":"macvlan","mtu":"x","vlan":-5,"dns":5,"ipam":{"type":"dhcp","routes":5}}]}""")]
    [InlineData("""{"$schema":"./cni-bridge.schema.json","name":"a","disableCheck":true,"plugins":[{"type":"bridge"}],"x":5}""")]
    public void The_schema_accepts_well_known_configurations(string text) => Assert.Empty(judge.Errors(text));

    // Other plugins run our host-local too.
    [Theory]
    [InlineData("""{"name":"a","plugins":[{"type":"macvlan","ipam":{"type":"host-local","subnet":5}}]}""", "subnet")]
    [InlineData("""{"name":"a","plugins":[{"type":"bridge","mtu":"x"}]}""", "plugins[0].mtu")]
    [InlineData("""{"name":"a","type":"bridge","mtu":"x"}""", "$.mtu")]
    [InlineData("""{"name":"a","plugins":[{"type":"bridge"},{"type":"portmap","capabilities":{"portMappings":"x"}}]}""", "portMappings")]
    public void The_schema_finds_an_error_at_its_position(string text, string where) =>
        Assert.Contains(where, Assert.Single(judge.Errors(text)), StringComparison.Ordinal);

    public static TheoryData<string> Files => [.. Resource.Names(".conflist")];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_files_beside_the_schema_are_valid(string name) => Assert.Empty(judge.Errors(Resource.Text(name)));

    [Fact]
    public void Examples_of_whole_networks_are_valid()
    {
        var networks = SchemaFile.Root["examples"]!.AsArray().Select(network => network!.DeepClone().AsObject());
        var chains = SchemaFile.Root["properties"]!["plugins"]!["examples"]!.AsArray()
            .Select(plugins => new JsonObject { ["name"] = "pods", ["plugins"] = plugins!.DeepClone() });
        List<JsonObject> all = [.. networks, .. chains];
        Assert.All(all.Select(judge.Errors).ToList(), Assert.Empty);
        Assert.All(all, network =>
        {
            var bridge = network["plugins"]![0]!.DeepClone();
            bridge["name"] = network["name"]!.DeepClone();
            Assert.Null(PluginJudge.Refusal(bridge));
        });
    }
}

using System.Text.Json.Nodes;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Tests.Schema;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class NodeConflistTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    static readonly ConflistSettings s_none = new([], []);

    static readonly ClusterNode s_node2 = Entry("node2", "192.168.1.12", "10.244.2.0/24");

    static string Make(NodeTable nodes, string clusterCidrs = "", string serviceCidrs = "", string name = "node1") =>
        NodeConflist.Make(nodes, name,
        "the test", ConflistSettings.Parse(clusterCidrs.Length > 0 ? [clusterCidrs] : [], serviceCidrs.Length > 0 ? [serviceCidrs] : []));

    static string Refusal(NodeTable nodes, string clusterCidrs = "", string serviceCidrs = "", string name = "node1") =>
        Assert.Throws<RuntimeException>(() => Make(nodes, clusterCidrs, serviceCidrs, name)).Message;

    static JsonNode Bridge(string text) => JsonNode.Parse(text)!["plugins"]![0]!;

    [Fact]
    public void The_generated_configuration_is_complete()
    {
        var text = Make(Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24,fd00:10:1::/64"),
            Entry("node2", "192.168.1.12", "10.244.0.0/24,fd00:10:2::/64")));

        Assert.Equal("""
            {
              "cniVersion": "1.0.0",
              "name": "podnet",
              "managedBy": "cni-bridge, from this node's pod CIDRs; remove this key to keep your own changes to the file",
              "plugins": [
                {
                  "type": "bridge",
                  "bridge": "cni0",
                  "isGateway": true,
                  "isDefaultGateway": true,
                  "hairpinMode": true,
                  "ipMasq": true,
                  "nonMasqueradeCIDRs": ["10.244.0.0/23", "fd00:10:1::/64", "fd00:10:2::/64"],
                  "ipam": {
                    "type": "host-local",
                    "ranges": [
                      [{ "subnet": "10.244.1.0/24" }],
                      [{ "subnet": "fd00:10:1::/64" }]
                    ]
                  }
                },
                {
                  "type": "portmap",
                  "capabilities": { "portMappings": true }
                }
              ]
            }

            """, text);
    }

    [Theory]
    [InlineData("10.244.1.0/24")]
    [InlineData("fd00:10:1::/64")]
    [InlineData("fd00:10:1::/64,10.244.1.0/24,10.99.0.0/16")]
    [InlineData("10.244.1.0/30,fd00::/126")]
    public void The_generated_configuration_is_valid_for_schema_and_runtime(string ranges)
    {
        var text = Make(Table(Entry("node1", "192.168.1.11", ranges), s_node2));

        Assert.Empty(judge.Errors(text));
        var list = NetworkList.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(("podnet", "1.0.0", 2), (list.Name, list.Version, list.Plugins.Count));
    }

    [Fact]
    public void The_ranges_of_a_family_form_one_set()
    {
        var text = Make(Table(Entry("node1", "192.168.1.11", "fd00:10:1::/64,10.244.1.0/24,10.99.0.0/16")));

        Assert.Equal("""[[{"subnet":"10.244.1.0/24"},{"subnet":"10.99.0.0/16"}],[{"subnet":"fd00:10:1::/64"}]]""",
            Bridge(text)["ipam"]!["ranges"]!.ToJsonString());
    }

    [Fact]
    public void The_generated_configuration_has_the_keys_of_the_example_and_four_more()
    {
        var example = JsonNode.Parse(Resource.Text("10-bridge.conflist"))!;
        var made = JsonNode.Parse(Make(Table(Entry("node1", "192.168.1.11", "10.244.1.0/24"))))!;

        Assert.Equal(["managedBy"], Keys(made).Except(Keys(example)));
        Assert.Equal(["ipMasq", "nonMasqueradeCIDRs"], Keys(made["plugins"]![0]!).Except(Keys(example["plugins"]![0]!)));
        made.AsObject().Remove("managedBy");
        made["plugins"]![0]!.AsObject().Remove("ipMasq");
        made["plugins"]![0]!.AsObject().Remove("nonMasqueradeCIDRs");
        Assert.Equal(example.ToJsonString(), made.ToJsonString());
    }

    static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(pair => pair.Key);

    [Theory]
    [InlineData("10.0.0.0/8", """["10.0.0.0/8"]""")]
    [InlineData("10.244.0.0/16,fd00::/16", """["10.244.0.0/16","fd00::/16"]""")]
    [InlineData("10.244.0.0/17, 10.244.128.0/17", """["10.244.0.0/16"]""")]
    public void The_cluster_CIDRs_are_used_if_they_are_given(string given, string written) => Assert.Equal(written,
        Bridge(Make(Table(Entry("node1", "192.168.1.11", "10.244.1.0/24"), s_node2), given))["nonMasqueradeCIDRs"]!.ToJsonString());

    [Fact]
    public void The_order_of_the_nodes_changes_nothing()
    {
        var node1 = Entry("node1", "192.168.1.11", "10.244.1.0/24");

        Assert.Equal(Make(Table(node1, s_node2)), Make(Table(s_node2, node1)));
    }

    [Theory]
    [InlineData("", "the node has no usable pod CIDR")]
    [InlineData("10.244.1.0/31", "the pod CIDR 10.244.1.0/31 is too small: use a prefix length of at most 30")]
    [InlineData("10.244.1.0/32", "the pod CIDR 10.244.1.0/32 is too small: use a prefix length of at most 30")]
    [InlineData("fd00::/127", "the pod CIDR fd00::/127 is too small: use a prefix length of at most 126")]
    [InlineData("fd00::5/128", "the pod CIDR fd00::5/128 is too small: use a prefix length of at most 126")]
    [InlineData(
        "10.244.2.0/25", "the pod CIDR 10.244.2.0/25 is not used: it overlaps 10.244.2.0/24 of node2; the node has no usable pod CIDR")]
    [InlineData("10.244.1.0/24,192.168.1.0/24", "the pod CIDR 192.168.1.0/24 is not used: it contains the node's own address 192.168.1.11")]
    [InlineData("10.244.1.0/24,fd00::1/64", "the pod CIDR fd00::1/64 is not used: it has host bits: use fd00::/64")]
    public void A_forbidden_pod_CIDR_is_refused(string ranges, string why) =>
        Assert.Equal(
            $"cannot create the network configuration for node1: {why}", Refusal(Table(s_node2, Entry("node1", "192.168.1.11", ranges))));

    [Theory]
    [InlineData("", "10.244.0.0/16", "the pod CIDR 10.244.1.0/24 overlaps --service-cidr 10.244.0.0/16")]
    [InlineData("", "fd00::/112, 10.244.1.128/25", "the pod CIDR 10.244.1.0/24 overlaps --service-cidr 10.244.1.128/25")]
    [InlineData("10.0.0.0/8", "10.96.0.0/12", "--cluster-cidr 10.0.0.0/8 overlaps --service-cidr 10.96.0.0/12")]
    [InlineData(
        "10.99.0.0/16,fd00::/16", "",
        "the pod CIDR 10.244.1.0/24 is outside --cluster-cidr 10.99.0.0/16,fd00::/16, so traffic between pods would be masqueraded")]
    [InlineData(
        "10.244.1.0/25", "",
        "the pod CIDR 10.244.1.0/24 is outside --cluster-cidr 10.244.1.0/25, so traffic between pods would be masqueraded")]
    public void A_pod_CIDR_that_conflicts_with_the_cluster_is_refused(string cluster, string services, string why) => Assert.Equal(
        $"cannot create the network configuration for node1: {why}",
            Refusal(Table(Entry("node1", "192.168.1.11", "10.244.1.0/24"), s_node2), cluster, services));

    [Fact]
    public void A_faulty_entry_of_another_node_does_not_stop_the_configuration() => Assert.Contains("10.244.1.0/24", Make(NodeTable.Create(
    [
        Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "10.244.1.7", "10.244.1.0/25"), Entry("node2", "", ""),
    ], [new NodeProblem("node3", "x") { CostsPodRange = true }]), serviceCidrs: "10.96.0.0/12"), StringComparison.Ordinal);

    // The first entry may belong to another node with a typing error in its name. Two nodes would assign the same addresses.
    [Fact]
    public void Two_entries_with_the_name_of_this_node_are_both_refused() => Assert.Equal(
        "cannot create the network configuration for Node1: a second entry with this name is not used",
        Refusal(Table(Entry("Node1", "192.168.1.12", "10.244.2.0/24"), Entry("node1", "192.168.1.11", "10.244.1.0/24"))));

    [Fact]
    public void The_networks_of_the_nodes_file_count_as_those_of_the_command_line()
    {
        var table = Table(Entry("node1", "192.168.1.11", "10.244.1.0/24")).WithClusterCidrs([Cidr.Parse("10.244.0.0/16")]);
        Assert.Contains("\"nonMasqueradeCIDRs\": [\"10.244.0.0/16\"]", Make(table), StringComparison.Ordinal);
        Assert.Contains("\"nonMasqueradeCIDRs\": [\"10.0.0.0/8\"]", Make(table, "10.0.0.0/8"), StringComparison.Ordinal);
        Assert.Equal(
            "cannot create the network configuration for node1: the pod CIDR 10.244.1.0/24 is outside --cluster-cidr 10.99.0.0/16, so " +
                "traffic between pods would be masqueraded",
            Refusal(table.WithClusterCidrs([Cidr.Parse("10.99.0.0/16")])));
    }

    [Fact]
    public void An_unreadable_own_entry_is_refused() =>
        Assert.Equal("cannot create the network configuration for node1: x", Refusal(NodeTable.Create(
        [Entry("node1", "192.168.1.11", "10.244.1.0/24")], [new NodeProblem("node1", "x") { CostsPodRange = true }])));

    [Fact]
    public void The_error_for_a_missing_node_says_what_to_do() => Assert.Equal(
        "node \"node9\" is not among the 1 nodes from the test: give this node's name with --node-name",
            Refusal(Table(s_node2), name: "node9"));

    [Theory]
    [InlineData("10.0.0.0", "--cluster-cidr \"10.0.0.0\" is invalid: use ADDRESS/LENGTH such as 10.244.0.0/16")]
    [InlineData("10.0.0.0/8,", "--cluster-cidr \"\" is invalid: use ADDRESS/LENGTH such as 10.244.0.0/16")]
    [InlineData("10.0.0.1/8", "--cluster-cidr 10.0.0.1/8 has host bits: use 10.0.0.0/8")]
    public void An_invalid_network_is_refused(string text, string why) =>
        Assert.Equal(why, Assert.Throws<RuntimeException>(() => ConflistSettings.Parse([text], [])).Message);

    [Fact]
    public void A_large_cluster_is_summarized_in_a_few_networks()
    {
        var nodes = NodeTable.Create(Many(4096), []);

        var networks = Bridge(NodeConflist.Make(nodes, "node-7", "the test", s_none))["nonMasqueradeCIDRs"]!.AsArray();

        Assert.Equal(["10.0.0.0/12", "fd00:2::/52"], networks.Select(network => network!.GetValue<string>()));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>
/// Tests of our DEL for pods with host ports that the Go plugins attached, without a record: it removes all rules of Go except those that
/// Go itself leaves, and no others.
/// </summary>
public sealed class GoHostPortTests
{
    const string OtherNetwork =
        """{"name": "other", "bridge": "cni1", "ipam": {"type": "host-local", "subnet": "10.89.0.0/24"}}""";

    [Theory]
    [InlineData("", true)]
    [InlineData("", false)]
    [InlineData("ip netns delete pod", true)]
    [InlineData("ip -n pod link delete eth0", true)]
    public void Our_DEL_of_the_chain_leaves_the_same_state_as_that_of_the_Go_plugins(string damage, bool hasPrevious)
    {
        using var node = GoFirewallNode.Make();
        Add(node.Go("other"), 8081);
        var pod = node.Go("pod");
        Delete(pod, 8080, Add(pod, 8080));
        var left = node.Ruleset();
        Assert.Contains("container-other", node.Iptables(), StringComparison.Ordinal);
        Assert.DoesNotContain("container-pod", node.Iptables(), StringComparison.Ordinal);

        var result = Add(pod, 8080);
        Assert.Contains("dnat name: \\\"podnet\\\" id: \\\"container-pod\\\"", node.Iptables(), StringComparison.Ordinal);
        node.Run("sh", "-c", damage).Succeeded();
        Delete(pod.Ours(), 8080, hasPrevious ? result : null);

        Assert.Equal(left, node.Ruleset());
        Delete(pod.Ours(), 8080, hasPrevious ? result : null);
        Assert.Equal(left, node.Ruleset());
        Assert.Single(Ports(node));
    }

    [Fact]
    public void GC_removes_rules_of_the_network_whose_attachments_are_gone()
    {
        using var node = GoFirewallNode.Make();
        Add(node.Go("living"), 8081);
        Add(node.Go("elsewhere", OtherNetwork) with { ContainerId = "container-dead" }, 8082);
        var before = node.Ruleset();
        Add(node.Go("dead"), 8080);
        Add(node.Go("late"), 8083);
        Assert.NotEqual(before, node.Ruleset());
        node.Run("ip", "netns", "delete", "dead").Succeeded();

        // A runtime calls each plugin of the chain.
        const string valid = """
            {"cniVersion": "1.1.0", "cni.dev/valid-attachments": [{"containerID": "container-living", "ifname": "eth0"}]}
            """;
        foreach (var plugin in new[] { "bridge", "portmap" })
        {
            var call = RawCall.Of(node, "GC", plugin == "bridge" ? Configurations.With("{}", valid) : PortMap("[]", valid));
            Assert.Empty((call with { Plugin = plugin }).Succeed().Stderr);
        }

        Assert.Equal(before, node.Ruleset());
    }

    [Fact]
    public void A_rule_that_GC_cannot_delete_is_logged_and_the_rest_is_removed()
    {
        using var node = GoFirewallNode.Make();
        Add(node.Go("pod"), 8080);
        var chain = node.Iptables().Split('\n').First(line => line.StartsWith("-N CNI-DN-", StringComparison.Ordinal))["-N ".Length..];
        node.Run("iptables-nft", "-t", "nat", "-N", "MINE").Succeeded();
        node.Run("iptables-nft", "-t", "nat", "-A", "MINE", "-j", chain).Succeeded();

        var collected = (RawCall.Of(node, "GC", PortMap("[]", """{"cniVersion": "1.1.0", "cni.dev/valid-attachments": []}""")) with
        {
            Plugin = "portmap",
        }).Succeed();

        Assert.Contains("cannot remove rules of the Go plugins: ", collected.Stderr, StringComparison.Ordinal);
    }

    /// <summary>Returns the configuration of portmap in the network of a bridge.</summary>
    static string PortMap(string mappings, string keys = "{}", string network = "podnet")
    {
        var configuration = new JsonObject
        {
            ["cniVersion"] = "1.0.0",
            ["name"] = network,
            ["type"] = "portmap",
            ["capabilities"] = new JsonObject { ["portMappings"] = true },
            ["runtimeConfig"] = new JsonObject { ["portMappings"] = JsonNode.Parse(mappings) },
        };
        foreach (var (key, value) in JsonNode.Parse(keys)!.AsObject())
        {
            configuration[key] = value?.DeepClone();
        }
        return configuration.ToJsonString();
    }

    static PluginCall Behind(PluginCall bridge, int port) => bridge with
    {
        Configuration = PortMap($"[{Mapping(port, 80)}, {Mapping(port, 53, "udp")}]",
            network: JsonNode.Parse(bridge.Configuration)!["name"]!.GetValue<string>()),
    };

    static JsonElement.ArrayEnumerator Ports(Node node) =>
        node.IpJson("link", "show", "master", PodNetwork.Bridge).EnumerateArray();

    /// <returns>The result of both plugins, because portmap passes on that of the bridge.</returns>
    static JsonElement Add(PluginCall bridge, int port) => Behind(bridge, port).Add(bridge.Added()).Succeeded().Json;

    /// <summary>Runs DEL of the chain, starting with its last plugin.</summary>
    static void Delete(PluginCall bridge, int port, JsonElement? result)
    {
        Behind(bridge, port).Del(result).Succeeded();
        bridge.Del(result).Succeeded();
    }
}

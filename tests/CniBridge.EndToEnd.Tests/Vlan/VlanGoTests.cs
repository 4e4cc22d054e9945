using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of VLANs by the Go plugins and by ours, separately and on one node.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanGoTests(VlanMachine machine)
{
    static readonly string[] Gateways = ["10.88.0.1/24", "fd00:88::1/64"];

    [Fact]
    public void Results_and_gateways_differ_only_in_the_default_VLAN()
    {
        var goNode = machine.AddNode();
        var ourNode = machine.AddNode();

        var go = goNode.VlanPod("pod", VlanNetwork.Routed(), byGo: true).Add().Succeeded();
        var ours = ourNode.AddVlanPod("pod", VlanNetwork.Routed());

        Assert.True(JsonNode.DeepEquals(WithoutRandomParts(go), WithoutRandomParts(ours)), $"{go}\n{ours}");
        Assert.Equal(goNode.Addresses(VlanNetwork.Gateway100), ourNode.Addresses(VlanNetwork.Gateway100));
        Assert.Equal(goNode.Addresses("cni0"), ourNode.Addresses("cni0"));
        var (goVlans, ourVlans) = (goNode.AllVlans(), ourNode.AllVlans());
        Assert.Equal(goVlans.Count, ourVlans.Count);
        Assert.Equal(goVlans["cni0"], ourVlans["cni0"]);
        AssertSameBut1(goVlans[go.HostEnd()], ourVlans[ours.HostEnd()]);
        AssertSameBut1(goVlans[goNode.GatewayPort()], ourVlans[ourNode.GatewayPort()]);
        Assert.Equal(goNode.Reservations(), ourNode.Reservations());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_plugins_share_a_gateway_and_clean_up_after_each_other(bool goIsFirst)
    {
        var node = machine.AddNode();
        var first = node.VlanPod("first", VlanNetwork.Routed(), byGo: goIsFirst);
        var second = node.VlanPod("second", VlanNetwork.Routed(), byGo: !goIsFirst);

        var firstResult = first.Add().Succeeded();
        // Otherwise the MAC of Go's bridge follows its ports, which CHECK reports.
        node.Script("ip link set cni0 address $(cat /sys/class/net/cni0/address)");
        var pair = node.IpJson("link", "show", VlanNetwork.Gateway100)[0];
        var secondResult = second.Add().Succeeded();

        var after = node.IpJson("link", "show", VlanNetwork.Gateway100)[0];
        Assert.Equal(pair.GetProperty("ifindex").GetInt32(), after.GetProperty("ifindex").GetInt32());
        Assert.Equal(pair.GetProperty("link").GetString(), after.GetProperty("link").GetString());
        Assert.True(JsonElement.DeepEquals(
            firstResult.Json.GetProperty("interfaces")[3], secondResult.Json.GetProperty("interfaces")[3]));
        Assert.Equal(Gateways, node.Addresses(VlanNetwork.Gateway100));
        Assert.Equal(3, node.Ports().Count);
        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        node.AssertPodReaches("first", "10.88.0.3");
        node.AssertPodReaches("second", "fd00:88::2");
        node.AssertPodReaches("second", "10.88.0.1");
        node.AssertPodReaches("first", "fd00:88::1");

        first = first with { PluginDirectory = second.PluginDirectory };
        second = second with { PluginDirectory = goIsFirst ? PluginDirectory.Go : PluginDirectory.UnderTest };
        first.Check(firstResult.Json).Succeeded();
        second.Check(secondResult.Json).Succeeded();
        first.Del(firstResult.Json).Succeeded();
        node.AssertPodReaches("second", "10.88.0.1");
        second.Del(secondResult.Json).Succeeded();

        Assert.Empty(node.Reservations());
        Assert.Equal([node.GatewayPort()], node.Ports());
        Assert.Equal(Gateways, node.Addresses(VlanNetwork.Gateway100));
    }

    [Fact]
    public void DEL_without_the_namespace_cleans_up_a_pod_of_the_Go_plugin_and_keeps_the_gateway()
    {
        var node = machine.AddNode();
        var pod = node.VlanPod("pod", VlanNetwork.Routed(), byGo: true);
        var added = pod.Add().Succeeded();
        var port = node.GatewayPort();

        (pod with { PluginDirectory = PluginDirectory.UnderTest, NetworkNamespace = "" }).Del(added.Json).Succeeded();

        Assert.Equal([port], node.Ports());
        Assert.Equal(Gateways, node.Addresses(VlanNetwork.Gateway100));
        Assert.Empty(node.Reservations());
    }

    static void AssertSameBut1(IEnumerable<string> go, IEnumerable<string> ours)
    {
        Assert.Equal(go.Where(vlan => vlan != "1 Egress Untagged"), ours);
        Assert.Contains("1 Egress Untagged", go);
    }

    static JsonObject WithoutRandomParts(CommandResult added)
    {
        var copy = JsonNode.Parse(added.Stdout)!.AsObject();
        if (copy["dns"] is JsonObject { Count: 0 })
        {
            copy.Remove("dns");
        }

        foreach (var item in copy["interfaces"]!.AsArray())
        {
            Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", item!["mac"]!.GetValue<string>());
            item["mac"] = "MAC";
            if (item["name"]!.GetValue<string>().StartsWith("veth", StringComparison.Ordinal))
            {
                item["name"] = "veth";
            }
        }

        return copy;
    }
}

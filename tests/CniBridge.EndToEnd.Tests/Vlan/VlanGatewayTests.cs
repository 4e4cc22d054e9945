using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of the gateway of pods in a VLAN: one veth pair, an end of which has the name of the VLAN.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanGatewayTests(VlanMachine machine)
{
    internal const string V4 = """[[{"subnet": "10.88.0.0/24"}]]""";
    internal const string V6 = """[[{"subnet": "fd00:88::/64"}]]""";
    internal const string Dual = """[[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]""";
    internal const string Three = """[[{"subnet": "10.88.0.0/24"}], [{"subnet": "10.89.0.0/24"}], [{"subnet": "fd00:88::/64"}]]""";

    const string WithDefault = "1 Egress Untagged, 100 PVID Egress Untagged";

    [Theory]
    [InlineData(V4, VlanNetwork.Vlan100, "10.88.0.1/24")]
    [InlineData(V6, """{"vlan": 100, "isDefaultGateway": false}""", "fd00:88::1/64")]
    [InlineData(
        Dual, """{"vlan": 100, "vlanTrunk": [{"minID": 99, "maxID": 101}]}""",
        "10.88.0.1/24 fd00:88::1/64", "99, 100 PVID Egress Untagged, 101")]
    [InlineData(Three, """{"vlan": 100, "preserveDefaultVlan": false}""", "10.88.0.1/24 10.89.0.1/24 fd00:88::1/64")]
    [InlineData(
        Dual, """{"vlan": 100, "preserveDefaultVlan": true}""",
        "10.88.0.1/24 fd00:88::1/64", WithDefault, WithDefault)]
    public void Pods_share_the_gateway_of_their_VLAN_and_reach_it_and_each_other(
        string ranges,
        string keys,
        string gateways,
        string vlans = VlanNetwork.Only100,
        string gatewayVlans = VlanNetwork.Only100)
    {
        var node = machine.AddNode();
        var configuration = Configurations.WithIpam($$"""{"ranges": {{ranges}}}""", keys);
        var one = node.VlanPod("one", configuration);
        var two = node.VlanPod("two", configuration);

        var first = one.Add().Succeeded();
        var pair = node.IpJson("link", "show", VlanNetwork.Gateway100)[0];
        var gatewayPort = pair.GetProperty("link").GetString()!;
        var second = two.Add().Succeeded();

        AssertPair(node, pair, gateways);
        var ports = node.AllVlans();
        Assert.Equal(4, ports.Count);
        Assert.Equal(["1 PVID Egress Untagged"], ports["cni0"]);
        Assert.Equal(VlanNetwork.Listed(gatewayVlans), ports[gatewayPort]);
        foreach (var added in (CommandResult[])[first, second])
        {
            Assert.Equal(["cni0", added.HostEnd(), "eth0", VlanNetwork.Gateway100], added.InterfaceNames());
            var gateway = added.Json.GetProperty("interfaces")[3];
            Assert.Equal(["mac", "name"], gateway.EnumerateObject().Select(item => item.Name).Order());
            Assert.Equal(pair.GetProperty("address").GetString(), gateway.GetProperty("mac").GetString());
            Assert.All(added.Json.GetProperty("ips").EnumerateArray(), ip => Assert.Equal(2, ip.GetProperty("interface").GetInt32()));
            Assert.Equal(VlanNetwork.Listed(vlans), ports[added.HostEnd()]);
        }

        foreach (var gateway in gateways.Split(' ').Select(cidr => cidr.Split('/')[0]))
        {
            node.AssertPodReaches("one", gateway);
            node.AssertPodReaches("two", gateway[..^1] + "2");
            node.AssertReaches(gateway[..^1] + "3");
        }

        one.Check(first.Json).Succeeded();
        one.Del(first.Json).Succeeded();
        two.Check(second.Json).Succeeded();
        two.Del(second.Json).Succeeded();
        Assert.Equal([gatewayPort], node.Ports());
        AssertPair(node, pair, gateways);
    }

    /// <summary>A lost neighbour request is repeated only after a second.</summary>
    [Fact]
    public void A_pod_may_send_as_soon_as_ADD_returns()
    {
        var node = machine.AddNode();
        var first = RawCall.Of(node, "ADD", VlanNetwork.Routed(), "one");
        var second = RawCall.Of(node, "ADD", VlanNetwork.Routed(), "two");
        node.AddPod("one");
        node.AddPod("two");

        AddAndPing(first, "one", "10.88.0.1");
        AddAndPing(second, "two", "fd00:88::1");
        AddAndPing(second.With("CNI_COMMAND", "DEL"), "one", "10.88.0.1");
        AddAndPing(second, "two", "10.88.0.2");
    }

    [Fact]
    public void Each_VLAN_has_a_gateway_of_its_own()
    {
        var node = machine.AddNode();
        node.AddVlanPod("one", VlanNetwork.Routed());
        node.AddVlanPod("other", Configurations.WithIpam(
            """{"subnet": "10.99.0.0/24"}""", """{"name": "othernet", "vlan": 200}"""));
        node.AddVlanPod("plain", Configurations.WithIpam("""{"subnet": "10.77.0.0/24"}""", """{"name": "plainnet"}"""));

        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses("cni0.100"));
        Assert.Equal(["10.99.0.1/24"], node.Addresses("cni0.200"));
        Assert.Equal(["10.77.0.1/24"], node.Addresses("cni0"));
        Assert.Equal(["200 PVID Egress Untagged"], node.Vlans(node.GatewayPort("cni0.200")));
        Assert.Equal([VlanNetwork.Only100], node.Vlans(node.GatewayPort()));
        Assert.Equal(5, node.Ports().Count);
        node.AssertPodReaches("one", "10.88.0.1");
        node.AssertPodReaches("other", "10.99.0.1");
        node.AssertPodReaches("plain", "10.77.0.1");
        // The node forwards the packets.
        node.AssertPodReaches("one", "10.99.0.2");
    }

    [Fact]
    public void The_gateway_has_the_MTU_of_its_pods()
    {
        var node = machine.AddNode();

        var added = node.AddVlanPod("pod", VlanNetwork.Routed("""{"mtu": 1400}"""));

        string[] links = ["cni0", added.HostEnd(), VlanNetwork.Gateway100, node.GatewayPort()];
        Assert.All(links, link => Assert.Equal(1400, node.IpJson("link", "show", link)[0].GetProperty("mtu").GetInt32()));
        NodeState.AssertReply(node.InPod("pod", "ping", "-c1", "-W2", "-M", "do", "-s", "1372", "10.88.0.1"));
    }

    [Fact]
    public void Packets_as_large_as_the_MTU_reach_the_gateway_on_an_existing_bridge()
    {
        var node = machine.AddNode();
        node.Script("ip link add cni0 up type bridge vlan_filtering 1");

        node.AddVlanPod("pod", VlanNetwork.Routed("""{"mtu": 9000}"""));

        NodeState.AssertReply(node.InPod("pod", "ping", "-c1", "-W2", "-M", "do", "-s", "8972", "10.88.0.1"));
    }

    [Fact]
    public void Isolated_pods_of_a_VLAN_reach_the_gateway_and_not_each_other()
    {
        var node = machine.AddNode();
        node.AddVlanPod("one", VlanNetwork.Routed("""{"portIsolation": true}"""));
        node.AddVlanPod("two", VlanNetwork.Routed("""{"portIsolation": true}"""));

        node.AssertPodReaches("one", "10.88.0.1");
        node.AssertPodReaches("two", "fd00:88::1");
        node.AssertPodDoesNotReach("one", "10.88.0.3");
    }

    [Fact]
    public void The_node_ignores_router_advertisements_of_pods_in_a_VLAN()
    {
        var node = machine.AddNode();

        node.AddVlanPod("pod", Configurations.WithIpam("""{"subnet": "10.88.0.0/24"}""", VlanNetwork.Vlan100));

        var settings = node.Script("cd /proc/sys/net/ipv6/conf; cat all/forwarding cni0/accept_ra cni0.100/accept_ra");
        Assert.Equal("0\n0\n0\n", settings.Stdout);
    }

    [Fact]
    public void The_gateway_learns_the_new_pod_of_an_address_at_once()
    {
        var node = machine.AddNode();
        var configuration = Configurations.WithIpam(
            """{"subnet": "10.88.0.0/24", "rangeStart": "10.88.0.5", "rangeEnd": "10.88.0.5"}""", VlanNetwork.Vlan100);
        var one = node.VlanPod("one", configuration);
        var added = one.Add().Succeeded();
        node.AssertReaches("10.88.0.5");
        one.Del(added.Json).Succeeded();

        node.AddVlanPod("two", configuration);

        node.AssertReaches("10.88.0.5");
    }

    [Fact]
    public void A_trunk_without_a_VLAN_uses_the_bridge_as_gateway()
    {
        var node = machine.AddNode();

        var added = node.AddVlanPod("pod", VlanNetwork.Routed("""{"vlan": 0, "vlanTrunk": [{"id": 101}]}"""));

        Assert.Equal(["cni0", added.HostEnd(), "eth0"], added.InterfaceNames());
        Assert.Equal(["1 PVID Egress Untagged", "101"], node.Vlans(added.HostEnd()));
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses("cni0"));
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Fact]
    public void Pods_without_a_gateway_get_none()
    {
        var node = machine.AddNode();

        var added = node.AddVlanPod("pod", VlanNetwork.Routed("""{"isGateway": false, "isDefaultGateway": false}"""));

        Assert.Equal(["cni0", added.HostEnd(), "eth0"], added.InterfaceNames());
        Assert.Equal([added.HostEnd()], node.PodLinks("cni0"));
        Assert.Equal([VlanNetwork.Only100], node.Vlans(added.HostEnd()));
    }

    [Fact]
    public void GC_and_a_DEL_without_the_namespace_leave_the_gateway()
    {
        var node = machine.AddNode();
        var configuration = VlanNetwork.Routed("""{"cniVersion": "1.1.0"}""");
        var one = node.VlanPod("one", configuration);
        var first = one.Add().Succeeded();
        node.AddVlanPod("two", configuration);

        (one with { NetworkNamespace = "" }).Del(first.Json).Succeeded();
        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations());
        RawCall.Of(node, "GC", VlanNetwork.Routed("""{"cniVersion": "1.1.0", "cni.dev/valid-attachments": []}"""))
            .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null).Succeed();

        Assert.Empty(node.Reservations());
        Assert.Equal([node.GatewayPort()], node.Ports());
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses(VlanNetwork.Gateway100));
    }

    internal static void AddAndPing(RawCall call, string pod, string address)
    {
        var pinging = call with { Wrapper = ["sh", "-ec", $"\"$1\"; ip netns exec {pod} ping -c1 -W1 {address}", "sh"] };
        NodeState.AssertReply(pinging.Run());
    }

    internal static void AssertPair(Node node, JsonElement pair, string gateways)
    {
        var links = node.IpJson("address", "show").EnumerateArray().ToDictionary(VlanNetwork.Name);
        var gateway = links[VlanNetwork.Gateway100];
        Assert.Equal("veth", gateway.GetProperty("linkinfo").GetProperty("info_kind").GetString());
        Assert.Equal(pair.GetProperty("ifindex").GetInt32(), gateway.GetProperty("ifindex").GetInt32());
        Assert.Equal(gateways.Split(' '), GlobalAddresses(gateway));
        Assert.Empty(GlobalAddresses(links["cni0"]));
    }

    internal static IEnumerable<string> GlobalAddresses(JsonElement link) =>
        link.GetProperty("addr_info").EnumerateArray()
            .Where(address => address.GetProperty("scope").GetString() == "global")
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen")}")
            .Order(StringComparer.Ordinal);
}

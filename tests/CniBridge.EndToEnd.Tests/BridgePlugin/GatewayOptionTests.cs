using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of gateways, addresses and routes of the bridge plugin, judged by the state of the kernel.</summary>
public sealed class GatewayOptionTests
{
    [Fact]
    public void isGateway_alone_gives_the_bridge_addresses_and_the_pod_no_route()
    {
        using var node = NewNode();

        var added = Add(node, Configurations.With("""{"isDefaultGateway": false}"""));

        Assert.False(added.Json.TryGetProperty("routes", out _));
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], BridgeAddresses(node));
        Assert.Empty(node.IpJsonInPod("pod", "route", "show", "default").EnumerateArray());
        Assert.Equal(("1", "1"), Forwarding(node));
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Fact]
    public void Without_isGateway_the_node_stays_unchanged()
    {
        using var node = NewNode();
        node.Run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward").Succeeded();
        var before = Forwarding(node);

        Add(node, Configurations.With("""{"isGateway": false, "isDefaultGateway": false}"""));

        Assert.Empty(BridgeAddresses(node));
        Assert.Equal(before, Forwarding(node));
    }

    [Theory]
    [InlineData("10.88.0.0/24", "1", "0")]
    [InlineData("fd00:88::/64", "0", "1")]
    public void Forwarding_is_enabled_only_for_the_family_of_the_gateway(string subnet, string v4, string v6)
    {
        using var node = NewNode();
        const string script = "echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding";
        node.Run("sh", "-c", script).Succeeded();

        Add(node, Configurations.WithIpam($$"""{"subnet": "{{subnet}}"}"""));

        Assert.Equal((v4, v6), Forwarding(node));
    }

    [Fact]
    public void The_bridge_ignores_router_advertisements()
    {
        using var node = NewNode();
        Add(node, Configurations.Plain);
        var link = Assert.Single(node.PodLinks(PodNetwork.Bridge));

        Assert.Equal("0\n", node.Run("cat", "/proc/sys/net/ipv6/conf/cni0/accept_ra").Stdout);
        Assert.Equal("0\n", node.Run("cat", $"/proc/sys/net/ipv6/conf/{link}/accept_ra").Stdout);
    }

    [Theory]
    [InlineData("""{"isGateway": false, "isDefaultGateway": false}""")]
    [InlineData("{}")]
    public void The_result_has_the_final_MAC_of_a_bridge_of_another_program(string keys)
    {
        using var node = NewNode();
        // A bridge that lost its last port has the MAC 0.
        const string script = """
            ip link add cni0 up type bridge
            ip link add v0 type veth peer name v1
            ip link set v0 master cni0
            ip link del v0
            """;
        node.Run("sh", "-ec", script).Succeeded();
        Assert.Equal("00:00:00:00:00:00", MacOfBridge(node));

        var added = Add(node, Configurations.With(keys));

        Assert.Equal(MacOfBridge(node), added.Json.GetProperty("interfaces")[0].GetProperty("mac").GetString());
        Assert.NotEqual("00:00:00:00:00:00", MacOfBridge(node));
    }

    static string? MacOfBridge(ScratchNode node) =>
        node.IpJson("link", "show", "cni0")[0].GetProperty("address").GetString();

    [Theory]
    [InlineData("""{"forceAddress": false}""", "10.88.0.1/16 10.88.0.1/24 10.99.0.1/24 fd00:88::1/64 fd00:88::9/64 fd00:99::1/64")]
    [InlineData("""{"forceAddress": true}""", "10.88.0.1/24 fd00:88::1/64 fd00:99::1/64")]
    public void forceAddress_replaces_conflicting_addresses_and_no_others(string keys, string addresses)
    {
        using var node = NewNode();
        node.Run("ip", "link", "add", "cni0", "type", "bridge").Succeeded();
        foreach (var address in new[] { "10.99.0.1/24", "10.88.0.1/16", "fd00:99::1/64", "fd00:88::9/64" })
        {
            node.Run("ip", "address", "add", address, "dev", "cni0").Succeeded();
        }

        Add(node, Configurations.With(keys));

        Assert.Equal(addresses.Split(' '), BridgeAddresses(node));
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Theory]
    [InlineData("10.99.0.1/24")]
    [InlineData("10.88.0.1/16")]
    [InlineData("fd00:88::9/64")]
    [InlineData("fd00:88::1/48")]
    public void forceAddress_replaces_a_single_conflicting_address(string present)
    {
        using var node = NewNode();
        node.Run("ip", "link", "add", "cni0", "type", "bridge").Succeeded();
        node.Run("ip", "address", "add", present, "dev", "cni0").Succeeded();

        Add(node, Configurations.With("""{"forceAddress": true}"""));

        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], BridgeAddresses(node));
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Fact]
    public void A_correct_address_is_not_a_conflict()
    {
        using var node = NewNode();
        node.Run("ip", "link", "add", "cni0", "type", "bridge").Succeeded();
        node.Run("ip", "address", "add", "10.88.0.1/24", "dev", "cni0").Succeeded();
        node.Run("ip", "address", "add", "fd00:99::1/64", "dev", "cni0").Succeeded();

        Add(node, Configurations.Plain);

        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64", "fd00:99::1/64"], BridgeAddresses(node));
    }

    [Fact]
    public void Each_range_set_gives_an_address_and_a_gateway_but_there_is_one_default_route()
    {
        using var node = NewNode();
        string[] subnets = ["10.88.0.0/24", "10.89.0.0/24", "fd00:88::/64", "fd00:89::/64"];
        var ranges = string.Join(", ", subnets.Select(subnet => $$"""[{"subnet": "{{subnet}}"}]"""));
        var configuration = Configurations.WithIpam($$"""{"ranges": [{{ranges}}]}""");

        var added = Add(node, configuration);

        Assert.Equal(subnets.Select(subnet => PodNetwork.AddressInSubnet(subnet, 1)), BridgeAddresses(node));
        Assert.Equal(
            subnets.Select(subnet => PodNetwork.AddressInSubnet(subnet, 2)).Order(StringComparer.Ordinal),
            node.IpJsonInPod("pod", "address", "show", "eth0").GlobalAddresses().Order(StringComparer.Ordinal));
        Assert.Equal(2, added.Json.GetProperty("routes").GetArrayLength());
        Assert.All(subnets, subnet => node.AssertPodReaches("pod", PodNetwork.Address(subnet, 1)));
        Call(node, configuration, "CHECK").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("10.88.0.0/24", """{"dst": "0.0.0.0/0"}""")]
    [InlineData("10.88.0.0/24", """{"dst": "0.0.0.0/0", "gw": "10.88.0.1"}""")]
    [InlineData("10.88.0.0/24", """{"dst": "0.0.0.0/0"}, {"dst": "0.0.0.0/0"}""")]
    [InlineData("fd00:88::/64", """{"dst": "::/0"}""")]
    [InlineData("fd00:88::/64", """{"dst": "::/0", "gw": "fd00:88::1"}""")]
    [InlineData("fd00:88::/64", """{"dst": "::/0"}, {"dst": "0::0/0"}""")]
    public void A_duplicate_default_route_is_installed_once(string subnet, string routes)
    {
        using var node = NewNode();
        var configuration = Configurations.WithIpam($$"""{"subnet": "{{subnet}}", "routes": [{{routes}}]}""");

        var added = Add(node, configuration);

        var family = PodNetwork.IsIpv6(subnet) ? "-6" : "-4";
        var route = Assert.Single(node.IpJsonInPod("pod", family, "route", "show", "default").EnumerateArray());
        Assert.Equal(PodNetwork.Address(subnet, 1), route.GetProperty("gateway").GetString());
        Call(node, configuration, "CHECK").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("""{"dst": "192.0.2.0/24"}""", "main", "192.0.2.0/24", """ "gateway":"10.88.0.1" """)]
    [InlineData("""{"dst": "192.0.2.77/24"}""", "main", "192.0.2.0/24", """ "gateway":"10.88.0.1" """)]
    [InlineData("""{"dst": "192.0.2.1/32", "gw": "10.88.0.9"}""", "main", "192.0.2.1", """ "gateway":"10.88.0.9" """)]
    [InlineData(
        """{"dst": "192.0.2.0/24", "mtu": 1400, "advmss": 1300}""",
        "main", "192.0.2.0/24", """ "mtu":1400,"advmss":1300 """)]
    [InlineData("""{"dst": "192.0.2.0/24", "priority": 50}""", "main", "192.0.2.0/24", """ "metric":50 """)]
    [InlineData("""{"dst": "192.0.2.0/24", "table": 100}""", "100", "192.0.2.0/24", """ "gateway":"10.88.0.1" """)]
    [InlineData("""{"dst": "192.0.2.0/24", "table": 5000}""", "5000", "192.0.2.0/24", """ "gateway":"10.88.0.1" """)]
    [InlineData("""{"dst": "192.0.2.0/24", "table": 0}""", "main", "192.0.2.0/24", """ "gateway":"10.88.0.1" """)]
    [InlineData("""{"dst": "192.0.2.0/24", "scope": 253}""", "main", "192.0.2.0/24", """ "scope":"link" """)]
    [InlineData(
        """{"dst": "2001:db8::/32", "gw": "fd00:88::9", "mtu": 1400}""", "main", "2001:db8::/32", """ "mtu":1400 """)]
    [InlineData("""{"dst": "2001:db8::7/32", "priority": 7}""", "main", "2001:db8::/32", """ "metric":7 """)]
    [InlineData("""{"dst": "2001:db8::/32"}""", "main", "2001:db8::/32", """ "gateway":"fd00:88::1" """)]
    [InlineData("""{"dst": "2001:db8::1/128", "gw": "fd00:88::9"}""", "main", "2001:db8::1", """ "gateway":"fd00:88::9" """)]
    [InlineData(
        """{"dst": "2001:db8::/32", "mtu": 1400, "advmss": 1300}""",
        "main", "2001:db8::/32", """ "mtu":1400,"advmss":1300 """)]
    [InlineData("""{"dst": "2001:db8::/32", "table": 100}""", "100", "2001:db8::/32", """ "gateway":"fd00:88::1" """)]
    [InlineData("""{"dst": "2001:db8::/32", "table": 5000}""", "5000", "2001:db8::/32", """ "gateway":"fd00:88::1" """)]
    [InlineData("""{"dst": "2001:db8::/32", "scope": 253}""", "main", "2001:db8::/32", """ "dst":"2001:db8::/32","dev":"eth0" """)]
    public void Routes_are_installed_with_all_their_keys(string route, string table, string destination, string words)
    {
        using var node = NewNode();
        var ranges = "\"ranges\": [[{\"subnet\": \"10.88.0.0/24\"}], [{\"subnet\": \"fd00:88::/64\"}]]";
        var configuration = Configurations.WithIpam($$"""{{{ranges}}, "routes": [{{route}}]}""");

        var added = Add(node, configuration);

        var family = PodNetwork.IsIpv6(destination) ? "-6" : "-4";
        var routes = node.IpJsonInPod("pod", family, "route", "show", "table", table);
        var installed = routes.EnumerateArray().Single(item => item.GetProperty("dst").GetString() == destination);
        Assert.Contains(words.Trim(), JsonSerializer.Serialize(installed), StringComparison.Ordinal);
        Call(node, configuration, "CHECK").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("10.88.0.0/24", "1.0.0.0/8", "192.0.2.1")]
    [InlineData("fd00:88::/64", "2001:db8::/32", "2001:db8:ffff::1")]
    public void A_route_that_the_kernel_refuses_fails_the_ADD_without_a_trace(
        string subnet, string destination, string gateway)
    {
        using var node = NewNode();
        var configuration = Configurations.WithIpam(
            $$"""{"subnet": "{{subnet}}", "routes": [{"dst": "{{destination}}", "gw": "{{gateway}}"}]}""");

        Call(node, configuration).Fail(5, destination);
        node.AssertNoResidue("pod");
    }

    static IEnumerable<string> BridgeAddresses(ScratchNode node) =>
        node.IpJson("address", "show", "cni0").GlobalAddresses().Order(StringComparer.Ordinal);

    static (string V4, string V6) Forwarding(ScratchNode node) => (
        node.Run("cat", "/proc/sys/net/ipv4/ip_forward").Stdout.Trim(),
        node.Run("cat", "/proc/sys/net/ipv6/conf/all/forwarding").Stdout.Trim());

    static CommandResult Add(ScratchNode node, string configuration) => Call(node, configuration).Succeed();

    static RawCall Call(ScratchNode node, string configuration, string verb = "ADD") =>
        RawCall.Of(node, verb, configuration);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

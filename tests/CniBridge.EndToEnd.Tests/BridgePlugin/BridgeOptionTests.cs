using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of the keys of the bridge plugin, judged by the state of the kernel.</summary>
public sealed class BridgeOptionTests
{
    [Fact]
    public void The_MTU_is_that_of_the_bridge_and_of_both_ends()
    {
        using var node = NewNode();
        Add(node, """{"mtu": 1400}""");

        Assert.Equal(1400, Link(node, "cni0").GetProperty("mtu").GetInt32());
        Assert.Equal(1400, Link(node, HostEnd(node)).GetProperty("mtu").GetInt32());
        Assert.Equal(1400, PodLink(node).GetProperty("mtu").GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Hairpin_mode_is_a_setting_of_the_port(bool isOn)
    {
        using var node = NewNode();
        Add(node, $$"""{"hairpinMode": {{(isOn ? "true" : "false")}}}""");

        var port = Link(node, HostEnd(node)).GetProperty("linkinfo").GetProperty("info_slave_data");
        Assert.Equal(isOn, port.GetProperty("hairpin").GetBoolean());
    }

    [Fact]
    public void Promiscuous_mode_is_a_setting_of_the_bridge()
    {
        using var node = NewNode();
        var added = Add(node, """{"promiscMode": true}""");

        Assert.Contains("PROMISC", Flags(Link(node, "cni0")));
        Call(node, "CHECK", """{"promiscMode": true}""").WithPrevious(added).Succeed();
        Call(node, "CHECK").WithPrevious(added).Fail(999, "Promisc Mode");
    }

    [Fact]
    public void Duplicate_address_detection_runs_only_on_request()
    {
        using var node = NewNode();
        Add(node, """{"enabledad": true}""");

        var addresses = node.IpJsonInPod("pod", "address", "show", "eth0").GetRawText();
        Assert.DoesNotContain("tentative", addresses, StringComparison.Ordinal);
        Assert.Equal("1", PodSetting(node, "ipv6/conf/eth0/accept_dad"));
        Assert.Equal("1", PodSetting(node, "ipv6/conf/eth0/enhanced_dad"));
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Fact]
    public void A_duplicate_address_fails_the_ADD_without_a_trace()
    {
        using var node = NewNode();
        Add(node);
        Call(node, "DEL").Succeed();
        node.Run("ip", "address", "add", "fd00:88::3/64", "dev", "cni0", "nodad").Succeeded();

        Call(node, "ADD", """{"enabledad": true}""").Fail(999, "fd00:88::3", "DADFAILED");

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Settings_inside_the_pod_equal_those_of_the_Go_plugin()
    {
        using var node = NewNode();
        const string script = "for i in all default lo; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done";
        node.InPod("pod", "sh", "-c", script).Succeeded();
        Add(node);

        Assert.Equal("0", PodSetting(node, "ipv6/conf/eth0/disable_ipv6"));
        Assert.Equal("1", PodSetting(node, "ipv6/conf/eth0/keep_addr_on_down"));
        Assert.Equal("0", PodSetting(node, "ipv6/conf/eth0/accept_dad"));
        Assert.Equal("1", PodSetting(node, "ipv4/conf/eth0/arp_notify"));
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Theory]
    [InlineData(
        "02:00:00:00:00:01",
        """{"runtimeConfig": {"mac": "02:00:00:00:00:01"}, "args": {"cni": {"mac": "02:00:00:00:00:02"}}}""")]
    [InlineData("02:00:00:00:00:02", """{"args": {"cni": {"mac": "02:00:00:00:00:02"}}}""")]
    [InlineData("02:00:00:00:00:03", "{}")]
    [InlineData("02:aa:bb:cc:dd:ee", """{"runtimeConfig": {"mac": "02-AA-BB-CC-DD-EE"}}""")]
    public void A_requested_MAC_comes_from_three_sources_and_that_of_the_runtime_wins(string mac, string keys)
    {
        using var node = NewNode();
        var call = Call(node, "ADD", keys).With("CNI_ARGS", "MAC=02:00:00:00:00:03;IgnoreUnknown=1;K8S_POD_NAME=x");

        var added = call.Succeed();

        Assert.Equal(mac, PodLink(node).GetProperty("address").GetString());
        Assert.Equal(mac, added.Json.GetProperty("interfaces")[2].GetProperty("mac").GetString());
    }

    [Fact]
    public void The_plugin_sets_the_MACs_and_the_bridge_keeps_its_own()
    {
        using var node = NewNode();
        node.AddPod("other");
        var mac = Add(node).Json.GetProperty("interfaces")[0].GetProperty("mac").GetString();
        var hostEnd = HostEnd(node);

        Assert.Equal("3\n", node.Run("cat", "/sys/class/net/cni0/addr_assign_type").Stdout);
        Assert.Equal("3\n", node.Run("cat", $"/sys/class/net/{hostEnd}/addr_assign_type").Stdout);
        Assert.Equal("3\n", node.InPod("pod", "cat", "/sys/class/net/eth0/addr_assign_type").Stdout);
        RawCall.Of(node, "ADD", Configurations.Plain, "other").Succeed();
        Assert.Equal(mac, Link(node, "cni0").GetProperty("address").GetString());
        Call(node, "DEL").Succeed();
        RawCall.Of(node, "DEL", Configurations.Plain, "other").Succeed();
        Assert.Equal(mac, Link(node, "cni0").GetProperty("address").GetString());
        Assert.Equal(mac, Add(node).Json.GetProperty("interfaces")[0].GetProperty("mac").GetString());
    }

    [Fact]
    public void An_existing_bridge_is_used_unchanged()
    {
        using var node = NewNode();
        node.Run("ip", "link", "add", "cni0", "type", "bridge").Succeeded();
        var mac = Link(node, "cni0").GetProperty("address").GetString();

        Add(node);

        Assert.Equal("3\n", node.Run("cat", "/sys/class/net/cni0/addr_assign_type").Stdout);
        Assert.True(mac == Link(node, "cni0").GetProperty("address").GetString() || mac == "00:00:00:00:00:00");
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Theory]
    [InlineData("""{"domain": "a.example"}""", """{"domain":"a.example"}""")]
    [InlineData(
        """{"nameservers": ["192.0.2.1"], "search": ["x"]}""", """{"nameservers":["192.0.2.1"],"search":["x"]}""")]
    [InlineData("""{"nameservers": []}""", null)]
    [InlineData("""{}""", """{"nameservers":["192.0.2.53"]}""")]
    public void The_DNS_of_the_configuration_replaces_that_of_the_IPAM_plugin(string dns, string? expected)
    {
        using var node = NewNode();
        node.WriteFile("/run/resolv.conf", "nameserver 192.0.2.53\n");
        var configuration = Configurations.WithIpam(
            """{"subnet": "10.88.0.0/24", "resolvConf": "/run/resolv.conf"}""", $$"""{"dns": {{dns}}}""");

        var result = Call(node, "ADD").WithInput(configuration).Succeed().Json;

        Assert.Equal(expected, result.TryGetProperty("dns", out var actual) ? JsonSerializer.Serialize(actual) : null);
    }

    [Fact]
    public void A_layer_2_network_creates_only_a_link()
    {
        using var node = NewNode();
        var added = Add(node, """{"ipam": {}}""");

        Assert.Equal(["cniVersion", "interfaces"], added.Json.EnumerateObject().Select(item => item.Name));
        Assert.Contains("UP", Flags(PodLink(node)));
        Assert.Empty(node.IpJsonInPod("pod", "address", "show", "eth0").GlobalAddresses());
        Assert.Empty(node.IpJson("address", "show", "cni0").GlobalAddresses());
        Assert.Empty(node.CniFiles());
        Call(node, "CHECK", """{"ipam": {}}""").WithPrevious(added).Succeed();
        Call(node, "DEL", """{"ipam": {}}""").Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_alias_of_the_host_veth_names_its_attachment()
    {
        using var node = NewNode();
        Add(node);
        Assert.Equal("podnet/container-pod/eth0", Link(node, HostEnd(node)).GetProperty("ifalias").GetString());
    }

    [Fact]
    public void Names_of_maximum_length_work()
    {
        using var node = NewNode();
        var call = Call(node, "ADD", $$"""{"name": "{{new string('n', 255)}}", "bridge": "abcdefghijklmno"}""")
            .With("CNI_CONTAINERID", new string('c', 255)).With("CNI_IFNAME", "été-012345678");

        var added = call.Succeed();

        Assert.Single(node.IpJsonInPod("pod", "link", "show", "été-012345678").EnumerateArray());
        call.With("CNI_COMMAND", "CHECK").WithPrevious(added).Succeed();
        call.With("CNI_COMMAND", "DEL").With("CNI_NETNS", null).Succeed();
        Assert.Empty(node.PodLinks("abcdefghijklmno"));
        Assert.Empty(node.Reservations());
    }

    [Theory]
    [InlineData("0.1.0", "cniVersion ip4 ip6 dns")]
    [InlineData("0.2.0", "cniVersion ip4 ip6 dns")]
    [InlineData("0.3.0", "cniVersion interfaces ips routes dns")]
    [InlineData("0.3.1", "cniVersion interfaces ips routes dns")]
    [InlineData("0.4.0", "cniVersion interfaces ips routes dns")]
    [InlineData("1.0.0", "cniVersion interfaces ips routes")]
    [InlineData("1.1.0", "cniVersion interfaces ips routes")]
    public void Results_have_the_format_of_their_version(string version, string keys)
    {
        using var node = NewNode();

        var result = Add(node, $$"""{"cniVersion": "{{version}}"}""").Json;

        Assert.Equal(keys, string.Join(' ', result.EnumerateObject().Select(item => item.Name)));
        Assert.Equal(version, result.GetProperty("cniVersion").GetString());
        if (result.TryGetProperty("ip4", out var ip4))
        {
            Assert.Equal(
                """{"ip":"10.88.0.2/24","gateway":"10.88.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.88.0.1"}]}""",
                JsonSerializer.Serialize(ip4));
            Assert.Equal("fd00:88::2/64", result.GetProperty("ip6").GetProperty("ip").GetString());
            return;
        }

        var isOld = version.StartsWith("0.", StringComparison.Ordinal);
        var ips = result.GetProperty("ips").EnumerateArray();
        Assert.All(ips, ip => Assert.Equal(isOld, ip.TryGetProperty("version", out _)));
    }

    static IEnumerable<string?> Flags(JsonElement link) =>
        link.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString());

    static JsonElement Link(ScratchNode node, string name) => node.IpJson("link", "show", name)[0];

    static JsonElement PodLink(ScratchNode node) => node.IpJsonInPod("pod", "link", "show", "eth0")[0];

    static string HostEnd(ScratchNode node) => Assert.Single(node.PodLinks(PodNetwork.Bridge));

    static string PodSetting(ScratchNode node, string name) =>
        node.InPod("pod", "cat", $"/proc/sys/net/{name}").Succeeded().Stdout.Trim();

    static CommandResult Add(ScratchNode node, string keys = "{}") => Call(node, "ADD", keys).Succeed();

    static RawCall Call(ScratchNode node, string verb, string keys = "{}") =>
        RawCall.Of(node, verb, Configurations.With(keys));

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

using System.Text.Json.Nodes;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Protocol;
using static CniBridge.Plugins.Tests.Bridge.BridgeConfigTests;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the values of single options.</summary>
public sealed class BridgeConfigValueTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(68)]
    [InlineData(1500)]
    [InlineData(9000)]
    [InlineData(65535)]
    public void An_MTU_that_a_veth_pair_can_have_is_accepted(int mtu) => Assert.Equal(mtu, Parse($$"""{"mtu":{{mtu}}}""").Mtu);

    [Theory]
    [InlineData(1)]
    [InlineData(67)]
    [InlineData(65536)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void An_MTU_out_of_range_is_refused_with_its_value(int mtu) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse($$"""{"mtu":{{mtu}}}"""), $"mtu = {mtu}", "from 68 to 65535");

    [Fact]
    public void The_MTU_can_be_that_of_the_uplink() =>
        AssertEqual(s_defaults with { IsMtuAuto = true }, Parse("""{"MTU":"auto"}"""));

    [Fact]
    public void An_unknown_word_for_the_MTU_is_refused_and_the_error_names_auto() => Requests.AssertRefused(
        CniErrorCode.DecodingFailure, () => Parse("""{"mtu":"automatic"}"""),
        "key mtu: expected a whole number or \"auto\", found \"automatic\"");

    // The key alone enables filtering on a new bridge, as in the Go plugin.
    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"vlan":0}""", false)]
    [InlineData("""{"vlan":null,"vlanTrunk":null}""", false)]
    [InlineData("""{"preserveDefaultVlan":true}""", false)]
    [InlineData("""{"vlan":1}""", true)]
    [InlineData("""{"vlan":4094}""", true)]
    [InlineData("""{"vlanTrunk":[]}""", true)]
    [InlineData("""{"vlanTrunk":[{}]}""", true)]
    [InlineData("""{"vlan":0,"vlanTrunk":[{"id":10}]}""", true)]
    public void A_VLAN_key_turns_on_VLAN_filtering_of_a_new_bridge(string config, bool filters) =>
        Assert.Equal(filters, Parse(config).FiltersVlans);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "cni0.1")]
    [InlineData(100, "cni0.100")]
    [InlineData(4094, "cni0.4094")]
    public void A_VLAN_is_a_number_from_1_to_4094_and_0_means_none(int vlan, string? gateway)
    {
        var config = Parse($$"""{"VLAN":{{vlan}}}""");
        Assert.Equal((vlan, gateway), (config.Vlan, config.VlanGateway));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-100)]
    [InlineData(4095)]
    [InlineData(5000)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_VLAN_out_of_range_is_refused_with_its_value(int vlan) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse($$"""{"vlan":{{vlan}}}"""),
        $"vlan = {vlan}: invalid VLAN ID {vlan} (must be between 0 and 4094)");

    const string Ipam = "\"ipam\":{\"type\":\"host-local\"}";

    [Theory]
    [InlineData("ten-bytes-", 4094, true, true, true)]
    [InlineData("eleven-byte", 4094, true, true, false)]
    [InlineData("eleven-byte", 999, true, true, true)]
    [InlineData("fifteen-bytes--", 1, true, true, false)]
    // Without a gateway address there is no such link.
    [InlineData("fifteen-bytes--", 1, false, true, true)]
    [InlineData("fifteen-bytes--", 1, true, false, true)]
    [InlineData("fifteen-bytes--", 0, true, true, true)]
    public void A_bridge_name_too_long_for_its_VLAN_gateway_is_refused(
        string bridge, int vlan, bool isGateway, bool hasIpam, bool isFine)
    {
        var config = new JsonObject { ["bridge"] = bridge, ["vlan"] = vlan, ["isGateway"] = isGateway };
        if (hasIpam)
            config["ipam"] = new JsonObject { ["type"] = "host-local" };
        if (isFine)
        {
            Assert.Equal(vlan, Parse(config.ToJsonString()).Vlan);
            return;
        }
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Parse(config.ToJsonString()),
            $"bridge = \"{bridge}\": the VLAN's gateway address would be on a link named {bridge}.{vlan}: interface name is too long");
    }

    [Fact]
    public void A_bridge_name_too_long_for_its_VLAN_default_gateway_is_refused() => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse("{\"bridge\":\"fifteen-bytes--\",\"vlan\":1,\"isDefaultGateway\":true," + Ipam + "}"),
        "interface name is too long");

    [Theory]
    [InlineData("""{"ipMasq":true}""", true)]
    [InlineData("""{"IPMASQ":true,"ipMasqBackend":""}""", true)]
    [InlineData("""{"isMasq":true,"ipMasqBackend":"iptables"}""", true)]
    [InlineData("""{"ipMasq":false,"isMasq":true,"ipMasqBackend":"nftables"}""", true)]
    [InlineData("""{"ipMasq":false}""", false)]
    [InlineData("""{"ipMasqBackend":"nftables"}""", false)]
    public void Both_keys_and_both_backends_turn_on_masquerading(string config, bool isOn) =>
        Assert.Equal(isOn, Parse(config[..^1] + "," + Ipam + "}").Masquerades);

    [Theory]
    [InlineData("ipMasq", "ufw")]
    [InlineData("isMasq", "Nftables")]
    [InlineData("ipMasq", " ")]
    public void An_unknown_backend_is_refused_with_its_value(string key, string backend) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse($$"""{"{{key}}":true,"ipMasqBackend":"{{backend}}",{{Ipam}}}"""),
        $"ipMasqBackend = \"{backend}\": unknown ipmasq backend \"{backend}\"");

    [Theory]
    [InlineData("10.0.0.0/33", "10.0.0.0/33")]
    [InlineData("10.0.0.0", "10.0.0.0")]
    [InlineData("", "")]
    [InlineData("pods", "pods")]
    public void An_invalid_network_is_refused_with_its_position(string network, string value) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse($$"""{"nonMasqueradeCIDRs":["10.0.0.0/8","{{network}}"]}"""),
        $"nonMasqueradeCIDRs[1] = {value}: invalid CIDR address: {network}");

    [Fact]
    public void A_null_network_is_refused_with_its_position() => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse("""{"nonMasqueradeCIDRs":[null]}"""), "nonMasqueradeCIDRs[0] = null");

    [Fact]
    public void A_port_can_be_isolated() =>
        AssertEqual(s_defaults with { PortSettings = PortSettings.Isolated }, Parse("""{"PortIsolation":true}"""));

    [Theory]
    [InlineData("""{"disableContainerInterface":true}""", true)]
    [InlineData("""{"DISABLECONTAINERINTERFACE":true,"ipam":{"type":""}}""", true)]
    [InlineData("""{"disablecontainerinterface":true,"ipam":{}}""", true)]
    [InlineData("{\"disableContainerInterface\":false," + Ipam + "}", false)]
    public void The_container_interface_can_stay_down(string config, bool isLeft) =>
        Assert.Equal(isLeft, Parse(config).LeavesPodInterfaceDown);

    [Theory]
    [InlineData("{\"disableContainerInterface\":true," + Ipam + "}")]
    [InlineData("""{"DISABLECONTAINERINTERFACE":true,"IPAM":{"TYPE":"static"}}""")]
    public void An_interface_that_stays_down_can_have_no_addresses(string config) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse(config),
        "disableContainerInterface = true: cannot use IPAM when DisableContainerInterface flag is set");

    [Theory]
    [InlineData("static")]
    [InlineData("dhcp")]
    [InlineData("Host-Local")]
    public void The_IPAM_type_is_used_as_written(string type) =>
        AssertEqual(s_defaults with { IpamType = type }, Parse("{\"ipam\":{\"type\":\"" + type + "\"}}"));

    [Fact]
    public void Hairpin_and_promiscuous_mode_exclude_each_other() => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse("""{"hairpinMode":true,"promiscMode":true}"""),
        "hairpinMode", "cannot set hairpin mode and promiscuous mode at the same time");

    [Theory]
    [InlineData("", "interface name is empty")]
    [InlineData("sixteen-bytes---", "interface name is too long")]
    [InlineData(".", "interface name is . or ..")]
    [InlineData("..", "interface name is . or ..")]
    [InlineData("a/b", "interface name contains / or : or whitespace characters")]
    [InlineData("a b", "interface name contains / or : or whitespace characters")]
    [InlineData("cni%d", "interface name contains % or control characters")]
    [InlineData("a\\u0000b", "interface name contains % or control characters")]
    public void A_bridge_name_that_the_kernel_refuses_is_refused(string name, string why) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => Parse($$"""{"bridge":"{{name}}"}"""), "bridge = ", why);

    [Theory]
    [InlineData("""{}""", false)]
    [InlineData("""{"dns":null}""", false)]
    [InlineData("""{"dns":{}}""", false)]
    [InlineData("""{"dns":{"domain":""}}""", false)]
    [InlineData("""{"dns":{"nameservers":null,"search":null,"options":null}}""", false)]
    [InlineData("""{"dns":{"nameservers":[]}}""", true)]
    [InlineData("""{"dns":{"search":[]}}""", true)]
    [InlineData("""{"dns":{"options":[]}}""", true)]
    [InlineData("""{"dns":{"domain":"x"}}""", true)]
    public void Any_DNS_key_even_an_empty_list_sets_the_DNS(string config, bool isGiven) =>
        Assert.Equal(isGiven, Parse(config).Dns is not null);

    [Fact]
    public void DNS_is_taken_as_a_whole()
    {
        var dns = Parse("""{"dns":{"nameservers":["1.1.1.1","x"],"domain":"d","search":["s"],"options":["o:1"]}}""").Dns!;
        Assert.Equal(["1.1.1.1", "x"], dns.Nameservers);
        Assert.Equal("d", dns.Domain);
        Assert.Equal(["s"], dns.Search);
        Assert.Equal(["o:1"], dns.Options);
        Assert.True(Parse("""{"dns":{"nameservers":[]}}""").Dns!.IsEmpty);
    }
}

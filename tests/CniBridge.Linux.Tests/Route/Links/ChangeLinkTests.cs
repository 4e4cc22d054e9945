using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class ChangeLinkTests
{
    // Indexes of the links that ip changed when it was captured
    const int Bridge = 3, Port = 4;

    [Fact]
    public void A_link_is_brought_up_as_ip_does() =>
        Request.AssertSameBytes("link-up", new ChangeLink(Bridge, "cni1") { Up = true });

    [Fact]
    public void A_link_is_taken_down_as_ip_does() =>
        Request.AssertSameBytes("link-down", new ChangeLink(1, "lo") { Up = false });

    [Fact]
    public void A_link_is_made_promiscuous_as_ip_does() =>
        Request.AssertSameBytes("link-promisc", new ChangeLink(Bridge, "cni1") { Promiscuous = true });

    [Fact]
    public void Two_flags_are_sent_in_one_header_as_ip_does() =>
        Request.AssertSameBytes("link-up-promisc", new ChangeLink(Bridge, "cni1") { Up = true, Promiscuous = true });

    [Fact]
    public void A_MAC_is_set_as_ip_does() => Request.AssertSameBytes(
        "link-address",
        new ChangeLink(Bridge, "cni1") { Mac = MacAddress.FromBytes([0x02, 0x11, 0x22, 0x33, 0x44, 0x57]) });

    // IFLA_IFALIAS is an NLA_STRING: the kernel takes it with or without the zero at its end. We write the zero.
    [Fact]
    public void An_alias_is_set_as_ip_does_but_ends_with_a_zero() => Request.AssertSameAttributes(
        "link-alias",
        new ChangeLink(Bridge, "cni1") { Alias = "pod default/web-0" },
        NLM_F_ACK,
        ($"20 = {Hex("pod default/web-0")}", $"20 = {Hex("pod default/web-0\0")}"));

    // ip writes the kind of the port where the kind of the link belongs (IFLA_INFO_KIND "bridge_slave"); the kernel
    // looks at neither, it asks the link's master. We write IFLA_INFO_SLAVE_KIND, where the kernel itself reports it.
    [Fact]
    public void Hairpin_mode_is_set_as_ip_does_but_with_the_kind_in_another_attribute() =>
        Request.AssertSameAttributes(
            "link-hairpin",
            new ChangeLink(Port, "vethhost") { PortSettings = PortSettings.Hairpin },
            NLM_F_ACK,
            ($"18/1 = {Hex("bridge_slave")}", $"18/4 = {Hex("bridge")}"));

    [Fact]
    public void Isolation_is_set_beside_hairpin_mode_as_ip_does()
    {
        Request.AssertSameAttributes(
            "link-isolated",
            new ChangeLink(Port, "vethhost") { PortSettings = PortSettings.Isolated },
            NLM_F_ACK,
            ($"18/1 = {Hex("bridge_slave")}", $"18/4 = {Hex("bridge")}"));
        Request.AssertSameAttributes(
            "link-hairpin-isolated",
            new ChangeLink(Port, "vethhost") { PortSettings = PortSettings.Hairpin | PortSettings.Isolated },
            NLM_F_ACK,
            ($"18/1 = {Hex("bridge_slave")}", $"18/4 = {Hex("bridge")}"));
    }

    [Fact]
    public void A_link_is_made_a_port_as_ip_does() => Request.AssertSameAttributes(
        "link-master", new ChangeLink(Port, "vethhost") { Master = 2 }, NLM_F_ACK);

    [Fact]
    public void An_empty_change_has_no_attributes()
    {
        var tree = RequestTree.Decode(Request.Encode(new ChangeLink(Bridge, "cni1"), NLM_F_ACK, 1));
        Assert.Equal(3, tree.Count);
        Assert.Contains("header = 00000000030000000000000000000000", tree);
    }

    static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
}

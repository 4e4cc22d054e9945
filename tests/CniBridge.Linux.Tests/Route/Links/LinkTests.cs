using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class LinkTests
{
    [Fact]
    public void A_bridge_is_decoded()
    {
        var link = Assert.Single(Answer.Decode("link-bridge", Link.Decode));
        Assert.Equal("cni1", link.Name);
        Assert.Equal(3, link.Index);
        Assert.Equal("bridge", link.Kind);
        Assert.Equal("02:11:22:33:44:57", link.Mac.ToString());
        Assert.Equal(1500u, link.Mtu);
        Assert.Equal("pod default/web-0", link.Alias);
        Assert.Equal((0, 0), (link.Master, link.PeerIndex));
        Assert.True(link.IsUp);
        Assert.True(link.IsPromiscuous);
    }

    // As a port of a bridge it has a promiscuity of 1 (IFLA_PROMISCUITY), but no program requested it (IFF_PROMISC).
    [Fact]
    public void The_host_end_of_a_veth_pair_is_decoded()
    {
        var link = Assert.Single(Answer.Decode("link-veth-host", Link.Decode));
        Assert.Equal("vethhost", link.Name);
        Assert.Equal(4, link.Index);
        Assert.Equal("veth", link.Kind);
        Assert.Equal("02:00:00:00:00:01", link.Mac.ToString());
        Assert.Equal(1400u, link.Mtu);
        Assert.Equal((2, 2), (link.Master, link.PeerIndex));
        Assert.True(link.IsPeerElsewhere);
        Assert.Equal("", link.Alias);
        Assert.True(link.IsUp);
        Assert.False(link.IsPromiscuous);
    }

    [Fact]
    public void The_pod_end_of_a_veth_pair_is_decoded()
    {
        var link = Assert.Single(Answer.Decode("link-veth-pod", Link.Decode));
        Assert.Equal("eth0", link.Name);
        Assert.Equal((2, 0, 4), (link.Index, link.Master, link.PeerIndex));
        Assert.True(link.IsPeerElsewhere);
        Assert.Equal("02:00:00:00:00:02", link.Mac.ToString());
        Assert.False(link.IsUp);
    }

    [Fact]
    public void A_peer_on_the_node_is_distinguished_from_a_peer_in_another_namespace() =>
        Assert.False(Assert.Single(Answer.Decode("link-port-isolated", Link.Decode)).IsPeerElsewhere);

    // A kernel without VLAN filtering says "off" too, but names no protocol.
    [Theory]
    [InlineData("link-bridge-vlan", true)]
    [InlineData("link-bridge", null)]
    [InlineData("link-veth-host", null)]
    public void VLAN_filtering_of_a_bridge_is_decoded(string capture, bool? expected) =>
        Assert.Equal(expected, Assert.Single(Answer.Decode(capture, Link.Decode)).FiltersVlans);

    [Theory]
    [InlineData("link-port-isolated", PortSettings.Hairpin | PortSettings.Isolated)]
    [InlineData("link-veth-host", PortSettings.Hairpin)]
    [InlineData("link-veth-pod", PortSettings.None)]
    public void The_settings_of_a_port_are_read(string capture, PortSettings expected) =>
        Assert.Equal(expected, Assert.Single(Answer.Decode(capture, Link.Decode)).PortSettings);

    [Fact]
    public void The_loopback_has_no_kind_and_no_address()
    {
        var link = Assert.Single(Answer.Decode("link-loopback", Link.Decode));
        Assert.Equal(("lo", 1, "", 65536u), (link.Name, link.Index, link.Kind, link.Mtu));
        Assert.True(link.Mac.IsZero);
    }

    [Theory]
    [InlineData("an address of 4 bytes, as of a tunnel", "08 00 01 00 0a 00 00 01")]
    [InlineData("an address of 20 bytes, as of InfiniBand",
        "18 00 01 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14")]
    [InlineData("an unknown type", "05 00 ff 3f 07 00 00 00")]
    [InlineData("an empty IFLA_LINKINFO", "04 00 12 80")]
    public void Irrelevant_values_are_skipped(string what, string attribute)
    {
        var link = Link.Decode([.. Header, .. Golden.Bytes(attribute), .. Golden.Bytes("07 00 03 00 65 30 00 00")]);
        Assert.True(link is { Index: 7, Name: "e0", Kind: "", Mac: { IsZero: true } }, what);
    }

    [Theory]
    [InlineData("08 00 04 00 78 05", "attribute longer than the rest")]
    [InlineData("06 00 04 00 78 05 00 00", "MTU of 2 bytes")]
    [InlineData("0c 00 0a 00 02 00 00 00 00 00 00 00", "master of 8 bytes")]
    [InlineData("0c 00 12 00 09 00 01 00 76 65 74 68", "nested attribute longer than its nest")]
    [InlineData("06 00 12 00 76 65 00 00", "nested header cut short")]
    public void Impossible_values_are_refused(string attribute, string what) =>
        Assert.Throws<InvalidDataException>(
            () => _ = $"{what}: {Link.Decode([.. Header, .. Golden.Bytes(attribute)])}");

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void A_truncated_header_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => Link.Decode(Header.AsSpan(0, length)));

    static byte[] Header => Golden.Bytes("00 00 01 00 07 00 00 00 03 10 00 00 00 00 00 00 ; ifinfomsg of link 7");
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route;

public sealed class NeighbourEntryTests
{
    const int Bridge = 2;

    static readonly MacAddress s_mac = MacAddress.FromBytes([0x02, 0, 0, 0, 0, 0x05]);

    [Theory]
    [InlineData("get-neighbour-v4", "10.88.0.5")]
    [InlineData("get-neighbour-v6", "fd00:88::5")]
    public void A_neighbour_is_requested_as_ip_does(string capture, string address) =>
        Request.AssertSameBytes(capture, new GetNeighbour(Bridge, IpAddress.Parse(address)), flags: 0);

    [Fact]
    public void The_neighbours_of_a_link_are_listed_as_ip_does() =>
        Request.AssertSameBytes("list-neighbours", new ListNeighbours(Bridge), NLM_F_DUMP);

    [Theory]
    [InlineData("get-forwarding", 0)]
    [InlineData("get-forwarding-vlan", 20)]
    public void The_bridge_port_for_a_MAC_is_requested_as_bridge_does(string capture, int vlan) =>
        Request.AssertSameBytes(capture, new GetForwarding(Bridge, s_mac, vlan), flags: 0);

    [Theory]
    [InlineData("neighbour", 2, 0x02, "10.88.0.5")]
    [InlineData("forwarding", 4, 0x40, null)]
    public void Link_state_MAC_and_address_are_decoded(string capture, int index, int state, string? address)
    {
        var entry = Assert.Single(Answer.Decode(capture, NeighbourEntry.Decode));
        Assert.Equal(
            new NeighbourEntry(index, (ushort)state, s_mac) { Address = address is null ? null : IpAddress.Parse(address) }, entry);
        Assert.False(entry.IsOwn);
    }

    [Theory]
    // The first neighbour has no answer yet, and the second one belongs to a tunnel and is an IPv4 address.
    [InlineData("02 00 00 00 02 00 00 00 01 00 00 01 08 00 01 00 0a 58 00 05")]
    [InlineData("02 00 00 00 02 00 00 00 02 00 00 01 08 00 02 00 0a 58 00 05")]
    public void A_neighbour_without_a_MAC_has_none(string payload) => Assert.Null(NeighbourEntry.Decode(Golden.Bytes(payload)).Mac);

    [Theory]
    [InlineData("02 00 00 00 02 00 00", "header cut short")]
    [InlineData("02 00 00 00 02 00 00 00 02 00 00 01 0a 00 02 00 02 00", "attribute longer than the rest")]
    public void Impossible_values_are_refused(string payload, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {NeighbourEntry.Decode(Golden.Bytes(payload))}");
}

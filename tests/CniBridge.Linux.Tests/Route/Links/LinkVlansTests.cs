using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class LinkVlansTests
{
    const int Port = 4;

    /// <summary>A struct ifinfomsg with the family AF_BRIDGE and the port.</summary>
    const string Header = "07 00 01 00 04 00 00 00 00 00 00 00 00 00 00 00 ";

    // The kernel wrote both answers for a port with the same VLANs.
    [Fact]
    public void Old_and_new_kernels_list_the_same_VLANs_of_a_port()
    {
        var lists = Answer.Decode("link-vlans", payload => LinkVlans.Decode(payload, Port));
        Assert.Equal(Answer.Decode("vlans-port", PortVlan.Decode).Single(), Assert.Single(lists, list => list is not null));
    }

    [Fact]
    public void A_VLAN_is_native_only_if_it_is_the_PVID_and_untagged()
    {
        Assert.Equal([new PortVlan(1, true)], Decode("08 00 02 00 06 00 01 00"));
        Assert.Equal([new PortVlan(1, false)], Decode("08 00 02 00 04 00 01 00"));
        Assert.Equal([new PortVlan(1, false)], Decode("08 00 02 00 02 00 01 00"));
    }

    [Fact]
    public void A_range_of_untagged_VLANs_and_other_attributes_are_decoded() => Assert.Equal(
        [new PortVlan(7, false), new PortVlan(8, false), new PortVlan(20, false)],
        Decode("06 00 00 00 01 00 00 00 08 00 02 00 0c 00 07 00 08 00 02 00 14 00 08 00 08 00 02 00 04 00 14 00"));

    [Fact]
    public void Another_port_and_another_family_are_skipped()
    {
        Assert.Null(LinkVlans.Decode(Golden.Bytes(Header), Port + 1));
        Assert.Null(LinkVlans.Decode(Golden.Bytes("00" + Header[2..]), Port));
    }

    [Theory]
    [InlineData("08 00 02 00 08 00 64 00", "a range without an end")]
    [InlineData("08 00 02 00 10 00 64 00", "a range without a beginning")]
    [InlineData("08 00 02 00 08 00 64 00 08 00 02 00 00 00 65 00", "a single VLAN in place of the end")]
    [InlineData("08 00 02 00 08 00 64 00 08 00 02 00 08 00 65 00", "two beginnings")]
    [InlineData("08 00 02 00 18 00 64 00", "beginning and end in one")]
    [InlineData("08 00 02 00 08 00 64 00 08 00 02 00 10 00 63 00", "an end before the beginning")]
    [InlineData("08 00 02 00 00 00 ff 0f", "VLAN 4095")]
    [InlineData("08 00 02 00 08 00 64 00 08 00 02 00 10 00 ff ff", "a range to VLAN 65535")]
    [InlineData("06 00 02 00 00 00 00 00", "half a VLAN")]
    public void Impossible_lists_are_refused(string list, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {Decode(list).Count}");

    static List<PortVlan> Decode(string list)
    {
        var bytes = Golden.Bytes(list);
        return LinkVlans.Decode([.. Golden.Bytes(Header), (byte)(4 + bytes.Length), 0, 26, 0, .. bytes], Port)!;
    }
}

using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class PortVlanTests
{
    [Theory]
    [InlineData("vlans-port")]
    [InlineData("vlans")]
    public void The_VLANs_of_a_port_are_decoded(string capture) => Assert.Equal(
        ["1 native", "10", "100", "101", "102", "103", "104", "105"],
        Answer.Decode(capture, PortVlan.Decode)[^1].Select(vlan => vlan.IsNative ? $"{vlan.Id} native" : $"{vlan.Id}"));

    [Theory]
    // BRIDGE_VLANDB_ENTRY with BRIDGE_VLANDB_ENTRY_INFO, and BRIDGE_VLANDB_ENTRY_RANGE
    [InlineData("0c 00 01 80 08 00 01 00 00 00 ff 0f", "VLAN 4095")]
    [InlineData("14 00 01 80 08 00 01 00 00 00 64 00 06 00 02 00 ff ff 00 00", "up to VLAN 65535")]
    [InlineData("0a 00 01 80 06 00 01 00 00 00 00 00", "half an entry")]
    [InlineData("14 00 01 80 08 00 01 00 00 00 64 00 08 00 02 00 65 00 00 00", "a number of four bytes")]
    [InlineData("0c 00 01 80 08 00 01 00", "an entry longer than the rest")]
    public void Impossible_values_are_refused(string attributes, string what) => Assert.Throws<InvalidDataException>(
        () => _ = $"{what}: {PortVlan.Decode([.. Golden.Bytes("07 00 00 00 04 00 00 00"), .. Golden.Bytes(attributes)]).Count}");

    [Fact]
    public void Irrelevant_values_are_skipped() =>
        Assert.Empty(PortVlan.Decode(Golden.Bytes("07 00 00 00 04 00 00 00 08 00 02 80 00 00 00 00")));
}

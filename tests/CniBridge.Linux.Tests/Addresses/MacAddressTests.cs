using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Tests.Addresses;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("00:11:22:aa:bb:cc")]
    [InlineData("00:11:22:AA:BB:CC")]
    [InlineData("00-11-22-aa-bb-cc")]
    [InlineData("0011.22aa.bbcc")]
    [InlineData("0011.22AA.bBcC")]
    public void An_address_is_parsed_from_each_of_its_forms(string text)
    {
        Assert.True(MacAddress.TryParse(text, out var address));
        Assert.Equal("00:11:22:aa:bb:cc", address.ToString());
        Assert.Equal([0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc], address.ToBytes());
    }

    // The kernel derives the same address: ip -6 address show
    [Theory]
    [InlineData("f2:a6:e8:54:6d:dc", "fe80::f0a6:e8ff:fe54:6ddc/64")]
    [InlineData("02:00:00:00:00:0a", "fe80::ff:fe00:a/64")]
    [InlineData("00:00:5e:00:53:01", "fe80::200:5eff:fe00:5301/64")]
    public void A_link_local_address_is_derived_from_a_MAC(string mac, string expected)
    {
        Assert.True(MacAddress.TryParse(mac, out var address));
        Assert.Equal(expected, address.ToLinkLocal().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("001122aabbcc")]
    [InlineData("00:11:22:aa:bb")]
    [InlineData("00:11:22:aa:bb:cc:")]
    [InlineData("00:11:22:aa:bb:cc:dd:ee")]
    [InlineData("00:11:22:aa:bb-cc")]
    [InlineData("00-11-22-aa-bb:cc")]
    [InlineData("00.11.22.aa.bb.cc")]
    [InlineData("0:11:22:aa:bb:ccc")]
    [InlineData("00:11:22:aa:bb:c")]
    [InlineData("00:11:22:aa:bb:cg")]
    [InlineData("00:11:22:aa:bb: c")]
    [InlineData("00:11:22:aa:bb:+c")]
    [InlineData("00:11:22:aa:bb:c\0")]
    [InlineData(" 0:11:22:aa:bb:cc")]
    [InlineData("0011:22aa:bbcc")]
    [InlineData("0011.22aa-bbcc")]
    [InlineData("00112.2aa.bbcc")]
    public void An_invalid_address_is_refused(string text) => Assert.False(MacAddress.TryParse(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(20)]
    public void A_wrong_number_of_bytes_is_refused(int count) =>
        Assert.Throws<InvalidDataException>(() => MacAddress.FromBytes(new byte[count]));

    [Theory]
    [InlineData("00:00:00:00:00:00", true, false)]
    [InlineData("01:00:5e:00:00:01", false, true)]
    [InlineData("ff:ff:ff:ff:ff:ff", false, true)]
    [InlineData("02:00:00:00:00:01", false, false)]
    // Only the first byte's lowest bit counts.
    [InlineData("fe:ff:ff:ff:ff:ff", false, false)]
    public void Zero_and_multicast_addresses_are_recognized(string text, bool isZero, bool isMulticast)
    {
        Assert.True(MacAddress.TryParse(text, out var address));
        Assert.Equal((isZero, isMulticast), (address.IsZero, address.IsMulticast));
    }

    [Fact]
    public void Random_addresses_are_locally_administered_unicast_and_differ()
    {
        var addresses = Enumerable.Range(0, 1000).Select(_ => MacAddress.Random()).ToHashSet();
        Assert.Equal(1000, addresses.Count);
        Assert.All(addresses, address => Assert.Equal(0x02, address.ToBytes()[0] & 0x03));
    }
}

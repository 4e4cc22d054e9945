using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class LinkAddressTests
{
    // The fifth has a peer: IFA_LOCAL is ours, IFA_ADDRESS the other end's.
    [Fact]
    public void Addresses_of_both_families_are_decoded()
    {
        var addresses = Answer.Decode("addresses", LinkAddress.Decode);
        Assert.Equal(
            ["10.1.2.3/24", "10.1.3.3/31", "10.1.4.3/32", "10.1.5.1/30", "10.9.0.1/32", "fd00:2::3/64", "fd00:1::3/64"],
            addresses.Select(address => address.Cidr.ToString()));
        Assert.All(addresses, address => Assert.Equal(2, address.Index));
    }

    [Fact]
    public void An_address_is_tentative_until_duplicate_detection_ends_or_is_skipped()
    {
        var addresses = Answer.Decode("addresses", LinkAddress.Decode);
        Assert.Equal("fd00:1::3/64", Assert.Single(addresses, address => address.IsTentative).Cidr.ToString());
        Assert.DoesNotContain(addresses, address => address.IsDuplicate);
    }

    // ifa_flags has 8 bits; IFA_FLAGS has them all.
    [Fact]
    public void Flags_are_taken_from_the_attribute()
    {
        var address = LinkAddress.Decode(Golden.Bytes(
            """
            0a 40 40 00 07 00 00 00 ; ifaddrmsg: IPv6, /64, tentative, link 7
            14 00 01 00             ; IFA_ADDRESS
              fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01
            08 00 08 00             ; IFA_FLAGS
              88 00 00 00           ; IFA_F_PERMANENT | IFA_F_DADFAILED
            """));
        Assert.Equal(0x88u, address.Flags);
        Assert.True(address.IsDuplicate);
        Assert.False(address.IsTentative);
    }

    [Fact]
    public void Without_the_attribute_flags_are_taken_from_the_header() => Assert.True(LinkAddress.Decode(Golden.Bytes(
        "0a 40 40 00 07 00 00 00 14 00 01 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01")).IsTentative);

    [Theory]
    [InlineData("02 18 00 00 07 00 00", "header cut short")]
    [InlineData("02 18 00 00 07 00 00 00", "no address at all")]
    [InlineData("02 18 00 00 07 00 00 00 07 00 01 00 0a 00 00 00", "address of 3 bytes")]
    [InlineData("02 18 00 00 07 00 00 00 08 00 01 00 0a 00", "attribute longer than the rest")]
    [InlineData("02 18 00 00 07 00 00 00 08 00 01 00 0a 00 00 01 05 00 08 00 80 00 00 00", "flags of 1 byte")]
    [InlineData("02 21 00 00 07 00 00 00 08 00 01 00 0a 00 00 01", "IPv4 address with a prefix of 33 bits")]
    [InlineData("0a 81 00 00 07 00 00 00 14 00 01 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01",
        "IPv6 address with a prefix of 129 bits")]
    public void Impossible_values_are_refused(string payload, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {LinkAddress.Decode(Golden.Bytes(payload))}");

    // A link may have such an address: ip address add ::ffff:10.0.0.1/64. It does not make the link a neighbour of 10.0.0.0/8.
    [Fact]
    public void The_prefix_of_an_IPv4_mapped_address_fits_its_family()
    {
        var cidr = LinkAddress.Decode(Golden.Bytes(
            "0a 40 80 00 07 00 00 00 14 00 01 00 00 00 00 00 00 00 00 00 00 00 ff ff 0a 00 00 01")).Cidr;
        Assert.InRange(cidr.PrefixLength, 0, cidr.Address.Bits);
    }
}

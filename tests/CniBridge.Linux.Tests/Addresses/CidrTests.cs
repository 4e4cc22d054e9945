using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Tests.Addresses;

public sealed class CidrTests
{
    [Theory]
    [InlineData("10.1.2.3/24", "10.1.2.0", "10.1.2.255")]
    [InlineData("10.1.2.3/0", "0.0.0.0", "255.255.255.255")]
    [InlineData("10.1.2.3/1", "0.0.0.0", "127.255.255.255")]
    [InlineData("10.1.2.3/31", "10.1.2.2", "10.1.2.3")]
    [InlineData("10.1.2.3/32", "10.1.2.3", "10.1.2.3")]
    [InlineData("fd00::1/64", "fd00::", "fd00::ffff:ffff:ffff:ffff")]
    [InlineData("fd00::1/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fd00::1/1", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fd00::1/127", "fd00::", "fd00::1")]
    [InlineData("fd00::1/128", "fd00::1", "fd00::1")]
    public void A_network_has_a_first_and_a_last_address(string text, string network, string last)
    {
        var cidr = Cidr.Parse(text);
        Assert.Equal((network, last), (cidr.Network.ToString(), cidr.Last.ToString()));
        Assert.Equal(text, cidr.ToString());
        Assert.Equal(network != cidr.Address.ToString(), cidr.HasHostBits);
    }

    [Theory]
    [InlineData("10.0.0.0/024", "10.0.0.0/24")]
    [InlineData("10.0.0.0/0000000000000000000000000000008", "10.0.0.0/8")]
    [InlineData("FD00::/064", "fd00::/64")]
    [InlineData("::ffff:10.0.0.0/120", "10.0.0.0/24")]
    [InlineData("::ffff:a00:1/128", "10.0.0.1/32")]
    public void Leading_zeros_and_IPv4_mapped_addresses_are_accepted(string text, string canonical) =>
        Assert.Equal(canonical, Cidr.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/24")]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8 ")]
    [InlineData("10.0.0.0/8\n")]
    [InlineData("10.0.0.0/8\0")]
    [InlineData("10.0.0.0/0x8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("10.0.0.0/99999999999999999999")]
    [InlineData("10.0.0.0/4294967304")]
    [InlineData("10.0.0.0/1,000")]
    [InlineData("10.0.0/24")]
    [InlineData("010.0.0.0/8")]
    [InlineData(" 10.0.0.0/8")]
    [InlineData("fd00::/129")]
    [InlineData("fd00::%eth0/64")]
    [InlineData("[fd00::]/64")]
    [InlineData("::ffff:10.0.0.0/129")]
    [InlineData("::ffff:10.0.0.0/24")]
    public void An_invalid_CIDR_is_refused(string? text)
    {
        Assert.False(Cidr.TryParse(text, out _));
        Assert.Equal($"invalid CIDR address: {text}", Assert.Throws<FormatException>(() => Cidr.Parse(text)).Message);
    }

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.0.0", true)]
    [InlineData("10.1.0.0/16", "10.1.255.255", true)]
    [InlineData("10.1.0.0/16", "10.2.0.0", false)]
    [InlineData("10.1.0.0/16", "10.0.255.255", false)]
    [InlineData("10.1.2.3/16", "10.1.9.9", true)]
    [InlineData("10.1.2.3/32", "10.1.2.3", true)]
    [InlineData("10.1.2.3/32", "10.1.2.2", false)]
    [InlineData("0.0.0.0/0", "255.1.2.3", true)]
    [InlineData("0.0.0.0/0", "::", false)]
    [InlineData("::/0", "0.0.0.0", false)]
    [InlineData("::/0", "fd00::1", true)]
    [InlineData("fd00::/64", "fd00::ffff:ffff:ffff:ffff", true)]
    [InlineData("fd00::/64", "fd00:0:0:1::", false)]
    [InlineData("fd00::1/128", "fd00::1", true)]
    public void A_network_contains_its_addresses(string cidr, string address, bool isContained) =>
        Assert.Equal(isContained, Cidr.Parse(cidr).Contains(IpAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.0.0/16", true)]
    [InlineData("10.1.0.0/16", "10.1.0.0/16", true)]
    [InlineData("10.1.2.3/16", "10.1.9.9/24", true)]
    [InlineData("10.1.0.0/16", "10.2.0.0/16", false)]
    [InlineData("0.0.0.0/0", "10.2.0.0/16", true)]
    [InlineData("0.0.0.0/0", "fd00::/64", false)]
    [InlineData("fd00::/63", "fd00:0:0:1::/64", true)]
    [InlineData("fd00::/64", "fd00:0:0:1::/64", false)]
    public void Overlap_of_two_networks_is_symmetric(string left, string right, bool doOverlap)
    {
        Assert.Equal(doOverlap, Cidr.Parse(left).Overlaps(Cidr.Parse(right)));
        Assert.Equal(doOverlap, Cidr.Parse(right).Overlaps(Cidr.Parse(left)));
    }

    [Theory]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("::/0", true)]
    [InlineData("10.0.0.0/0", true)]
    [InlineData("0.0.0.0/1", false)]
    [InlineData("::/128", false)]
    public void Only_prefix_length_0_is_a_default_route(string text, bool isDefault) =>
        Assert.Equal(isDefault, Cidr.Parse(text).IsDefault);

    [Fact]
    public void Each_family_has_a_default_network()
    {
        Assert.Equal("0.0.0.0/0", Cidr.Default(AddressFamily.IPv4).ToString());
        Assert.Equal("::/0", Cidr.Default(AddressFamily.IPv6).ToString());
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class FieldTests
{
    [Fact]
    public void Fields_of_a_concatenation_begin_at_multiples_of_four() => Golden.AssertEqual(
        Golden.Bytes("06 00 00 00 c0 00 02 01 1f 90 00 00"),
        Field.Concatenate(Field.Protocol(6), Field.Address(IpAddress.Parse("192.0.2.1")), Field.Port(8080)));

    [Fact]
    public void The_name_of_an_interface_has_at_most_15_bytes()
    {
        Assert.Equal(16, Field.InterfaceName("veth0123456789a").Length);
        Assert.Throws<ArgumentException>(() => Field.InterfaceName("veth0123456789ab"));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "0a000000 0b000000.")]
    [InlineData("10.1.2.3/32", "0a010203 0a010204.")]
    [InlineData("10.1.2.3/16", "0a010000 0a020000.")]
    [InlineData("224.0.0.0/3", "e0000000+")]
    [InlineData("255.255.255.255/32", "ffffffff+")]
    [InlineData("0.0.0.0/0", "00000000+")]
    [InlineData("ffff::/16", "ffff0000000000000000000000000000+")]
    public void A_range_has_its_first_address_and_the_one_after_its_end(string cidr, string elements) => Assert.Equal(
        elements,
        string.Join(' ', Interval.Create(Cidr.Parse(cidr)).Select(element =>
            Convert.ToHexStringLower(element.Key) + (element.IsIntervalEnd ? "." : element.IsOpen ? "+" : ""))));

    // nft_validate_register_load and similar functions accept 1 to 4 for sixteen bytes each, and 8 to 23 for four bytes each.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 9)]
    [InlineData(3, 11)]
    [InlineData(4, 2)]
    [InlineData(5, 13)]
    [InlineData(12, 4)]
    [InlineData(15, 23)]
    public void Registers_have_the_numbers_of_the_kernel(int word, uint number) => Assert.Equal(number, Register.NumberOf(word));
}

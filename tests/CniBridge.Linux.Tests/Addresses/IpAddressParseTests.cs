using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Tests.Addresses;

/// <summary>Tests of the parser with the tables of Go's net.ParseIP.</summary>
public sealed class IpAddressParseTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("10.0.1")]
    [InlineData("10.0.0.")]
    [InlineData(".10.0.0")]
    [InlineData("10..0.1")]
    [InlineData("10.0.0.0.1")]
    [InlineData("10.0.0.1.")]
    [InlineData("167772161")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.00")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.1000")]
    [InlineData("10.0.0.99999999999")]
    [InlineData("10.0.0.-1")]
    [InlineData("10.0.0.+1")]
    [InlineData("10.0.0.a")]
    [InlineData("10.0.0.\u0661")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.1 ")]
    [InlineData("10.0.0.1\n")]
    [InlineData("10.0.0.1\0")]
    [InlineData("10.0.0.1/24")]
    [InlineData("10.0.0.1:80")]
    [InlineData("localhost")]
    public void An_invalid_IPv4_address_is_refused(string text) => Assert.False(IpAddress.TryParse(text, out _));

    [Theory]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("::::")]
    [InlineData("1::2::3")]
    [InlineData("::1::")]
    [InlineData("1:::2")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("::1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4::5:6:7:8")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData(":1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7:8:")]
    [InlineData("12345::")]
    [InlineData("00001::")]
    [InlineData("g::")]
    [InlineData("-1::")]
    [InlineData("+1::")]
    [InlineData("0x1::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%")]
    [InlineData("[::1]")]
    [InlineData("[::1")]
    [InlineData(" ::1")]
    [InlineData("::1 ")]
    [InlineData(":: 1")]
    [InlineData("::1\n")]
    [InlineData("::1\0")]
    [InlineData("1\0::")]
    [InlineData("::1/64")]
    [InlineData("::\u0661")]
    [InlineData("::10.0.0.256")]
    [InlineData("::010.0.0.1")]
    [InlineData("::10.0.1")]
    [InlineData("::10.0.0.1:1")]
    [InlineData("10.0.0.1::")]
    [InlineData("::1.2.3.4:10.0.0.1")]
    [InlineData("1:2:3:4:5:6:7:10.0.0.1")]
    [InlineData("1:2:3:4:5:10.0.0.1")]
    public void An_invalid_IPv6_address_is_refused(string text) => Assert.False(IpAddress.TryParse(text, out _));

    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("FD00::ABCD", "fd00::abcd")]
    [InlineData("fd00:0000:0000:0000:0000:0000:0000:0001", "fd00::1")]
    [InlineData("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8")]
    [InlineData("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8")]
    [InlineData("::10.0.0.1", "::a00:1")]
    [InlineData("fd00::5efe:10.0.0.1", "fd00::5efe:a00:1")]
    [InlineData("64:ff9b::10.0.0.1", "64:ff9b::a00:1")]
    [InlineData("1:2:3:4:5:6:10.0.0.1", "1:2:3:4:5:6:a00:1")]
    [InlineData("::ffff:0:10.0.0.1", "::ffff:0:a00:1")]
    // An IPv4-mapped address is the IPv4 address.
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("::FFFF:a00:1", "10.0.0.1")]
    [InlineData("0:0:0:0:0:ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:0:0", "0.0.0.0")]
    public void An_address_is_parsed_and_written_in_canonical_form(string text, string canonical)
    {
        Assert.True(IpAddress.TryParse(text, out var address));
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(canonical.Contains(':', StringComparison.Ordinal), address.IsV6);
        Assert.Equal(address, IpAddress.Parse(canonical));
    }

    [Fact]
    public void The_exception_names_the_text() =>
        Assert.Equal("invalid IP address: 10.1", Assert.Throws<FormatException>(() => IpAddress.Parse("10.1")).Message);
}

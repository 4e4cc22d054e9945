using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Tests.Addresses;

public sealed class IpAddressTests
{
    [Theory]
    [InlineData("00000000000000000000000000000000", "::")]
    [InlineData("00000000000000000000000000000001", "::1")]
    [InlineData("0000000000000000000000000a000001", "::a00:1")]
    [InlineData("fd0000000000000000005efe0a000001", "fd00::5efe:a00:1")]
    [InlineData("0000000000000000ffff00000a000001", "::ffff:0:a00:1")]
    // The first of two equal runs
    [InlineData("20010db8000000000001000000000001", "2001:db8::1:0:0:1")]
    // The longer of two runs
    [InlineData("20010000000000010000000000000001", "2001:0:0:1::1")]
    // A single group stays.
    [InlineData("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1")]
    [InlineData("00000001000200030004000500060007", "0:1:2:3:4:5:6:7")]
    [InlineData("00010002000300040005000600000000", "1:2:3:4:5:6::")]
    [InlineData("ffffffffffffffffffffffffffffffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("00000000000000000000ffff0a000001", "10.0.0.1")]
    [InlineData("0a000001", "10.0.0.1")]
    public void An_address_is_written_as_RFC_5952_recommends_but_without_dotted_quads(string bytes, string text) =>
        Assert.Equal(text, IpAddress.FromBytes(Convert.FromHexString(bytes)).ToString());

    // System.Net.IPAddress is the judge: it reads our text, and writes the same one unless it writes a dotted quad.
    [Fact]
    public void Ten_thousand_addresses_survive_writing_and_parsing()
    {
        // Seeded: the same addresses in every run.
#pragma warning disable CA5394
        var random = new Random(10_000);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = new byte[i % 4 == 0 ? 4 : 16];
            random.NextBytes(bytes);
            // Runs of zero groups are the difficult part of IPv6 texts.
            for (var group = 0; bytes.Length == 16 && group < 8; group++)
            {
                if (random.Next(2) == 0)
                    bytes.AsSpan(2 * group, random.Next(1, 3)).Clear();
            }
            var address = IpAddress.FromBytes(bytes);
            var text = address.ToString();
            var judge = new System.Net.IPAddress(bytes);
            Assert.Equal(address, IpAddress.Parse(text));
            Assert.Equal(judge.IsIPv4MappedToIPv6 ? judge.MapToIPv4() : judge, System.Net.IPAddress.Parse(text));
            Assert.Equal(address, IpAddress.Parse(judge.ToString()));
            var isDotted = judge.ToString().Contains('.', StringComparison.Ordinal);
            if (judge.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork || !isDotted)
                Assert.Equal(judge.ToString(), text);
        }
#pragma warning restore CA5394
    }

    [Theory]
    [InlineData("10.0.0.1", "0a000001")]
    [InlineData("::ffff:10.0.0.1", "0a000001")]
    [InlineData("fd00::1", "fd000000000000000000000000000001")]
    public void Bytes_are_in_network_order(string text, string bytes)
    {
        var address = IpAddress.Parse(text);
        Assert.Equal(bytes, Convert.ToHexStringLower(address.ToBytes()));
        Assert.Equal(address, IpAddress.FromBytes(address.ToBytes()));
        Assert.Equal(bytes.Length * 4, address.Bits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(17)]
    public void A_wrong_number_of_bytes_is_refused(int count) =>
        Assert.Throws<InvalidDataException>(() => IpAddress.FromBytes(new byte[count]));

    [Theory]
    [InlineData("10.0.0.255", "10.0.1.0")]
    [InlineData("255.255.255.255", "0.0.0.0")]
    [InlineData("fd00::ffff", "fd00::1:0")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::")]
    public void Next_and_previous_wrap_at_the_end_of_the_family(string text, string next)
    {
        Assert.Equal(next, IpAddress.Parse(text).Next().ToString());
        Assert.Equal(text, IpAddress.Parse(next).Previous().ToString());
    }

    [Fact]
    public void Addresses_are_ordered_by_family_and_number()
    {
        string[] ordered = ["0.0.0.0", "9.0.0.0", "10.0.0.1", "255.0.0.0", "::", "::2", "fd00::", "ff00::"];
        Assert.Equal(ordered, ordered.Reverse().Select(IpAddress.Parse).Order().Select(address => address.ToString()));
        var (low, high) = (IpAddress.Parse("9.0.0.0"), IpAddress.Parse("10.0.0.0"));
        Assert.True(low < high && high > low && low <= high && high >= low && !(high < low) && !(low > high));
    }

    [Fact]
    public void The_same_number_in_two_families_is_not_the_same_address() =>
        Assert.NotEqual(IpAddress.Parse("0.0.0.1"), IpAddress.Parse("::1"));
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class AddressRangeTests
{
    internal static AddressRange Parse(string? subnet, string? start = null, string? end = null, string? gateway = null) =>
        AddressRange.Parse(new RangeJson { Subnet = subnet, RangeStart = start, RangeEnd = end, Gateway = gateway }, "ipam");

    // IPv4 reserves the broadcast address, and IPv6 has none.
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.1-192.0.2.254", "192.0.2.1")]
    [InlineData("192.0.2.0/25", "192.0.2.1-192.0.2.126", "192.0.2.1")]
    [InlineData("192.0.2.128/25", "192.0.2.129-192.0.2.254", "192.0.2.129")]
    [InlineData("192.0.2.0/30", "192.0.2.1-192.0.2.2", "192.0.2.1")]
    [InlineData("192.0.2.0/024", "192.0.2.1-192.0.2.254", "192.0.2.1")]
    [InlineData("2001:DB8:1::/64", "2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff", "2001:db8:1::1")]
    [InlineData("2001:db8:1::/126", "2001:db8:1::1-2001:db8:1::3", "2001:db8:1::1")]
    public void A_bare_subnet_has_defaults(string subnet, string range, string gateway)
    {
        var parsed = Parse(subnet);
        Assert.Equal((range, gateway), (parsed.ToString(), parsed.Gateway.ToString()));
        Assert.Equal(parsed, Parse(subnet, "", "", ""));
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.40", "192.0.2.50", "192.0.2.254")]
    [InlineData("192.0.2.0/24", "192.0.2.40", "192.0.2.40", "192.0.2.1")]
    [InlineData("2001:db8:1::/64", "2001:db8:1::40", "2001:db8:1::50", "2001:db8:1::ffff")]
    // The network address and the broadcast address are assigned on request.
    [InlineData("192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.2.1")]
    // A gateway may be elsewhere, even in the other family. Then .1 is an ordinary address.
    [InlineData("192.0.2.0/24", "192.0.2.1", "192.0.2.9", "10.9.9.9")]
    [InlineData("192.0.2.0/24", "192.0.2.1", "192.0.2.9", "fd00::1")]
    public void A_configured_value_is_kept(string subnet, string start, string end, string gateway)
    {
        var range = Parse(subnet, start, end, gateway);
        Assert.Equal((subnet, start, end, gateway),
            (range.Subnet.ToString(), range.Start.ToString(), range.End.ToString(), range.Gateway.ToString()));
    }

    [Theory]
    [InlineData("192.0.2.12/24", 24, "192.0.2.0")]
    [InlineData("2001:DB8:1::24:19ff:fee1:c44a/64", 64, "2001:db8:1::")]
    [InlineData("2001:DB8:24:19ff::/63", 63, "2001:db8:24:19fe::")]
    [InlineData("192.168.127.0/23", 23, "192.168.126.0")]
    public void Host_bits_are_refused_with_the_network(string subnet, int length, string network) => AssertRefused(
        () => Parse(subnet), "ipam.subnet = " + subnet,
        $"Network has host bits set. For a subnet mask of length {length} the network address is {network}");

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    // The prefix length is checked before the host bits.
    [InlineData("10.0.0.0/0")]
    [InlineData("::ffff:0.0.0.0/96")]
    public void A_subnet_of_all_addresses_is_refused(string subnet) =>
        AssertRefused(
            () => Parse(subnet, "10.0.0.5", "10.0.0.9"), "ipam.subnet = " +
            subnet, "a subnet of all addresses would replace the default route");

    [Theory]
    [InlineData("192.0.2.0/31")]
    [InlineData("192.0.2.0/32")]
    // The size is checked before the host bits.
    [InlineData("192.0.2.1/31")]
    [InlineData("2001:db8::/127")]
    [InlineData("2001:db8::/128")]
    public void Two_addresses_must_remain(string subnet) =>
        AssertRefused(() => Parse(subnet), $"Network {subnet} too small to allocate from");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("192.0.2.0")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2/24")]
    [InlineData("192.0.2.00/24")]
    [InlineData("subnet")]
    public void A_range_without_a_valid_subnet_is_refused(string? subnet) =>
        AssertRefused(() => Parse(subnet), "ipam.subnet = ", "invalid CIDR address");

    [Theory]
    [InlineData("192.0.3.1", null)]
    [InlineData("192.0.1.255", null)]
    [InlineData("fd00::1", null)]
    [InlineData("192.0.2.50", "192.0.2.40")]
    [InlineData("192.0.3.1", "192.0.2.40")]
    public void A_start_outside_the_subnet_or_after_the_end_is_refused(string start, string? end) =>
        AssertRefused(() => Parse("192.0.2.0/24", start, end), "rangeStart", $"RangeStart {start} not in network 192.0.2.0/24");

    [Theory]
    [InlineData(null, "192.0.3.1")]
    [InlineData(null, "192.0.1.255")]
    [InlineData(null, "fd00::1")]
    [InlineData("192.0.2.40", "192.0.3.1")]
    // The default start is .1, so a range that ends at the network address ends before its start.
    [InlineData(null, "192.0.2.0")]
    public void An_end_outside_the_subnet_or_before_the_start_is_refused(string? start, string end) =>
        AssertRefused(() => Parse("192.0.2.0/24", start, end), "rangeEnd", $"RangeEnd {end} not in network 192.0.2.0/24");

    // The default end is .254, so an empty range must be refused.
    [Fact]
    public void A_start_after_the_default_end_is_refused() =>
        AssertRefused(() => Parse("192.0.2.0/24", "192.0.2.255"), "RangeStart 192.0.2.255");

    [Theory]
    [InlineData("rangeStart", "192.0.2")]
    [InlineData("rangeEnd", "192.0.2.010")]
    [InlineData("gateway", "x")]
    [InlineData("gateway", "192.0.2.1/24")]
    public void An_invalid_address_is_refused_with_its_key(string key, string text) => AssertRefused(
        () => Parse("192.0.2.0/24", key == "rangeStart" ? text : null, key == "rangeEnd" ? text : null, key == "gateway" ? text : null),
        $"ipam.{key} = {text}", $"invalid IP address: {text}");

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.40", "192.0.2.50", "192.0.2.39", "192.0.2.51")]
    [InlineData("2001:db8:1::/64", "2001:db8:1::40", "2001:db8:1::50", "2001:db8:1::3f", "2001:db8:1::51")]
    public void A_range_contains_both_its_ends(string subnet, string start, string end, string before, string after)
    {
        var range = Parse(subnet, start, end);
        Assert.Equal([false, true, true, false],
            ((string[])[before, start, end, after]).Select(text => range.Contains(IpAddress.Parse(text))));
    }

    [Fact]
    public void A_range_contains_no_address_of_the_other_family()
    {
        Assert.False(Parse("0.0.0.0/1").Contains(IpAddress.Parse("::5")));
        Assert.False(Parse("::/64").Contains(IpAddress.Parse("0.0.0.5")));
    }

    [Theory]
    [InlineData("10.1.0.0/24,,", "10.2.0.0/24,,", false)]
    [InlineData("10.1.0.0/24,,", "fd00::/64,,", false)]
    [InlineData("10.1.0.0/24,,", "10.1.0.0/24,,", true)]
    [InlineData("10.1.0.0/20,,", "10.1.2.0/24,,", true)]
    [InlineData("10.1.0.0/24,,10.1.0.127", "10.1.0.0/24,10.1.0.128,", false)]
    [InlineData("10.1.0.0/24,,10.1.0.127", "10.1.0.0/24,10.1.0.127,", true)]
    public void Overlap_is_judged_by_start_and_end(string left, string right, bool doOverlap)
    {
        var (a, b) = (Of(left), Of(right));
        Assert.Equal((doOverlap, doOverlap), (a.Overlaps(b), b.Overlaps(a)));

        static AddressRange Of(string text) => text.Split(',') is [var subnet, var start, var end]
            ? Parse(subnet, start, end)
            : throw new ArgumentException(text);
    }

    static void AssertRefused(Action action, params ReadOnlySpan<string> words) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, action, words);
}

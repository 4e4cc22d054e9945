using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class RouteEntryTests
{
    // 10.31.0.0/16 uses an IPv6 gateway (RTA_VIA), and 10.32.0.0/16 is a blackhole.
    [Fact]
    public void IPv4_routes_are_decoded() => Assert.Equal(
        [
            "0.0.0.0/0 via 10.1.2.1",
            "10.1.2.0/24",
            "10.9.0.2/32",
            "10.26.0.0/16 via 10.1.2.1",
            "10.30.0.0/16 via 10.1.2.1 10.1.2.2",
            "10.31.0.0/16",
            "10.32.0.0/16",
        ],
        Answer.Decode("routes-v4", RouteEntry.Decode).Select(Describe));

    [Fact]
    public void IPv6_routes_are_decoded() => Assert.Equal(
        ["fd00:2::/64", "fd00:30::/64 via fd00:2::1 fd00:2::2", "fe80::/64", "::/0 via fd00:2::1"],
        Answer.Decode("routes-v6", RouteEntry.Decode).Select(Describe));

    [Theory]
    [InlineData("routes-v4", 254u)]
    [InlineData("routes-v6", 254u)]
    [InlineData("routes-v4-100", 100u)]
    // rtm_table is 252 (RT_TABLE_COMPAT), and RTA_TABLE has the number.
    [InlineData("routes-v4-5000", 5000u)]
    [InlineData("routes-v6-5000", 5000u)]
    public void The_table_is_decoded(string capture, uint table) =>
        Assert.All(Answer.Decode(capture, RouteEntry.Decode), route => Assert.Equal(table, route.Table));

    [Fact]
    public void The_links_of_all_next_hops_are_decoded()
    {
        Assert.Equal(["2", "2 2", "2", "2"], Answer.Decode("routes-v6", RouteEntry.Decode).Select(route => string.Join(' ', route.Links)));
        Assert.All(Answer.Decode("routes-v6", RouteEntry.Decode), route => Assert.False(route.IsAdvertised));
    }

    // 10.31.0.0/16 has a gateway of the other family, so it is not an on-link route.
    [Fact]
    public void On_link_routes_are_distinguished_from_others()
    {
        Assert.Equal(["10.1.2.0/24", "10.9.0.2/32"], Direct("routes-v4"));
        Assert.Equal(["fd00:2::/64", "fe80::/64"], Direct("routes-v6"));

        static IEnumerable<string> Direct(string capture) => Answer.Decode(capture, RouteEntry.Decode)
            .Where(route => route.IsDirect).Select(route => route.Destination.ToString());
    }

    [Fact]
    public void Metrics_are_decoded()
    {
        Assert.Equal([0u, 0u, 0u, 77u, 0u, 0u, 0u], Answer.Decode("routes-v4", RouteEntry.Decode).Select(route => route.Priority));
        Assert.Equal([256u, 1024u, 256u, 1024u], Answer.Decode("routes-v6", RouteEntry.Decode).Select(route => route.Priority));
    }

    [Theory]
    [InlineData("02 10 00 08 fe 43 00 01 00 00 00 00", "67 tos 8")]
    [InlineData("0a 40 40 00 fe 43 00 01 00 00 00 00", "67 source")]
    [InlineData("0a 80 00 00 fe 02 00 01 00 02 00 00", "2 cached")]
    [InlineData("02 10 00 00 fe 04 00 01 01 00 00 00", "4 dead")]
    [InlineData("02 10 00 00 fe 04 00 01 00 00 00 00", "4")]
    public void The_other_keys_of_a_route_are_decoded(string payload, string expected)
    {
        var route = RouteEntry.Decode(Golden.Bytes(payload));
        Assert.Equal(expected, $"{route.Protocol}" + (route.TypeOfService > 0 ? $" tos {route.TypeOfService}" : "") +
            (route.HasSource ? " source" : "") + (route.IsCached ? " cached" : "") + (route.IsDead ? " dead" : ""));
    }

    [Fact]
    public void A_next_hop_of_the_other_family_is_decoded_among_several()
    {
        var route = Multipath("08 00 00 00 02 00 00 00 14 00 00 00 03 00 00 00 0c 00 12 00 0a 00 fe 80 00 00 00 00");
        Assert.True(route.HasForeignGateway);
        Assert.False(route.IsDirect);
    }

    [Fact]
    public void Default_routes_are_distinguished_from_others() => Assert.Equal(
        [true, false, false, false, false, false, false],
        Answer.Decode("routes-v4", RouteEntry.Decode).Select(route => route.Destination.IsDefault));

    // unreachable ::ffff:0:0/96 is a common precaution. It says nothing about any IPv4 address.
    [Fact]
    public void The_route_of_all_IPv4_mapped_addresses_is_not_an_IPv4_route()
    {
        var destination = Answer.Decode("routes-v6-mapped", RouteEntry.Decode)[0].Destination;
        Assert.InRange(destination.PrefixLength, 0, destination.Address.Bits);
        Assert.False(destination.Contains(IpAddress.Parse("10.0.0.1")));
    }

    [Theory]
    [InlineData("02 10 00 00 fe 03 00 01 00 00 00", "header cut short")]
    [InlineData("02 10 00 00 fe 03 00 01 00 00 00 00 08 00 01 00 0a 14", "attribute longer than the rest")]
    [InlineData("02 10 00 00 fe 03 00 01 00 00 00 00 06 00 01 00 0a 14 00 00", "destination of 2 bytes")]
    [InlineData("02 10 00 00 fe 03 00 01 00 00 00 00 05 00 0f 00 fe 00 00 00", "table of 1 byte")]
    [InlineData("02 21 00 00 fe 03 00 01 00 00 00 00 08 00 01 00 0a 14 00 00", "IPv4 prefix of 33 bits")]
    [InlineData("0a 81 00 00 fe 03 00 01 00 00 00 00", "IPv6 prefix of 129 bits")]
    public void Impossible_values_are_refused(string payload, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {RouteEntry.Decode(Golden.Bytes(payload))}");

    [Theory]
    [InlineData("00 00 00 00 02 00 00 00", "length zero")]
    [InlineData("07 00 00 00 02 00 00 00", "shorter than its header")]
    [InlineData("ff ff 00 00 02 00 00 00", "longer than the rest")]
    [InlineData("10 00 00 00 02 00 00 00 08 00 05 00 0a 01", "longer than the rest by two bytes")]
    [InlineData("08 00 00 00 02 00 00 00 10 00 00 00", "second header cut short")]
    [InlineData("08 00 00", "first header cut short")]
    [InlineData("0c 00 00 00 02 00 00 00 08 00 05 00", "gateway longer than its next hop")]
    [InlineData("0e 00 00 00 02 00 00 00 06 00 05 00 0a 01 00 00", "gateway of 2 bytes")]
    public void An_impossible_next_hop_is_refused(string nextHops, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {Multipath(nextHops)}");

    [Theory]
    [InlineData("", "")]
    [InlineData("08 00 00 00 02 00 00 00", "")]
    [InlineData("10 00 00 00 02 00 00 00 08 00 05 00 0a 01 02 01", "10.1.2.1")]
    [InlineData("18 00 00 00 02 00 00 00 08 00 7f 00 01 02 03 04 08 00 05 00 0a 01 02 01", "10.1.2.1")]
    public void Next_hops_list_their_gateways(string nextHops, string gateways) =>
        Assert.Equal(gateways, string.Join(' ', Multipath(nextHops).Gateways));

    static RouteEntry Multipath(string nextHops)
    {
        var value = Golden.Bytes(nextHops);
        byte[] attribute = [(byte)(value.Length + 4), 0, 9, 0, .. value];
        return RouteEntry.Decode([.. Golden.Bytes("02 00 00 00 fe 03 00 01 00 00 00 00"), .. attribute]);
    }

    static string Describe(RouteEntry route) =>
        $"{route.Destination}{(route.Gateways.Count > 0 ? " via " : "")}{string.Join(' ', route.Gateways)}";
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route;

/// <summary>Tests against ip route prepend, which sets only NLM_F_CREATE as we do. ip route add also sets NLM_F_EXCL.</summary>
public sealed class AddRouteTests
{
    const int Bridge = 2;
    const byte ScopeLink = 253, ScopeHost = 254;

    static readonly IpAddress Gateway = IpAddress.Parse("10.1.2.1");
    static readonly IpAddress GatewayV6 = IpAddress.Parse("fd00:2::1");

    [Theory]
    [InlineData("route-v4", "10.20.0.0/16", ScopeLink)]
    [InlineData("route-v4-host", "10.29.0.1/32", ScopeLink)]
    [InlineData("route-v4-scope", "10.27.0.0/16", ScopeHost)]
    [InlineData("route-v6", "fd00:20::/64", 0)]
    public void The_request_for_an_on_link_route_equals_that_of_ip(string capture, string destination, byte scope) =>
        Request.AssertSameBytes(capture, new AddRoute(Bridge, Cidr.Parse(destination), null) { Scope = scope });

    [Theory]
    [InlineData("route-v4-via", "10.21.0.0/16")]
    [InlineData("route-v4-default", "0.0.0.0/0")]
    [InlineData("route-v6-via", "fd00:21::/64")]
    public void A_route_by_a_gateway_is_added_as_ip_does(string capture, string destination) =>
        Request.AssertSameBytes(capture, Route(destination));

    // ip writes :: as the destination (RTA_DST) of an IPv6 default route, but none for an IPv4 one, because its length 0 is sufficient.
    [Fact]
    public void An_IPv6_default_route_is_added_as_ip_does_but_without_a_destination() => Request.AssertSameAttributes(
        "route-v6-default", Route("::/0"), NLM_F_ACK, ("1 = 00000000000000000000000000000000", null));

    // The kernel refuses a destination with host bits; ours are cleared.
    [Fact]
    public void Host_bits_of_the_destination_are_cleared() =>
        Request.AssertSameBytes("route-v4-via", Route("10.21.7.7/16"));

    [Fact]
    public void A_table_below_256_is_named_in_the_header_as_ip_does() =>
        Request.AssertSameBytes("route-v4-table100", Route("10.23.0.0/16") with { Table = 100 });

    [Fact]
    public void Routes_go_to_the_main_table_by_default() =>
        Request.AssertSameBytes("route-v4-via", Route("10.21.0.0/16") with { Table = 254 });

    // ip writes the link's index after the metric and the table; the kernel reads the attributes in any order.
    [Fact]
    public void A_metric_is_sent_as_ip_does() =>
        Request.AssertSameAttributes("route-v4-metric", Route("10.22.0.0/16") with { Priority = 77 }, NLM_F_ACK);

    [Fact]
    public void A_table_beyond_255_is_named_in_an_attribute_as_ip_does() =>
        Request.AssertSameAttributes("route-v4-table5000", Route("10.24.0.0/16") with { Table = 5000 }, NLM_F_ACK);

    [Theory]
    [InlineData("route-v4-mtu", "10.25.0.0/16", 1300, 0)]
    [InlineData("route-v4-mtu-advmss", "10.26.0.0/16", 1300, 1260)]
    [InlineData("route-v4-advmss", "10.28.0.0/16", 0, 1260)]
    public void An_MTU_and_a_segment_size_are_sent_as_ip_does(
        string capture, string destination, uint mtu, uint mss) =>
        Request.AssertSameBytes(capture, Route(destination) with { Mtu = mtu, AdvertisedMss = mss });

    [Fact]
    public void All_options_together_are_sent_as_ip_does() => Request.AssertSameAttributes(
        "route-v6-all",
        Route("fd00:22::/64") with { Priority = 77, Table = 5000, Mtu = 1300, AdvertisedMss = 1240 },
        NLM_F_ACK);

    [Theory]
    [InlineData("route-v4-add", "10.41.0.0/16", "10.1.2.1")]
    [InlineData("route-v6-add", "fd00:41::/64", "fd00:2::1")]
    public void A_route_of_a_protocol_is_added_exclusively_as_ip_does(string capture, string destination, string gateway) =>
        Request.AssertSameBytes(capture, new AddRoute(Bridge, Cidr.Parse(destination), IpAddress.Parse(gateway))
        {
            Protocol = 67,
            IsExclusive = true,
        });

    [Theory]
    [InlineData("route-v4-replace", "10.41.0.0/16", "10.1.2.2")]
    [InlineData("route-v6-replace", "fd00:41::/64", "fd00:2::2")]
    public void A_route_of_a_protocol_is_replaced_as_ip_does(string capture, string destination, string gateway) =>
        Request.AssertSameBytes(capture, new AddRoute(Bridge, Cidr.Parse(destination), IpAddress.Parse(gateway))
        {
            Protocol = 67,
            Replaces = true,
        });

    static AddRoute Route(string destination)
    {
        var cidr = Cidr.Parse(destination);
        return new AddRoute(Bridge, cidr, cidr.Address.IsV6 ? GatewayV6 : Gateway);
    }
}

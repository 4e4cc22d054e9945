using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class GetRouteTests
{
    // ip asks for the table too (RTM_F_LOOKUP_TABLE), for IPv4 only; we need the link alone.
    [Fact]
    public void The_route_to_an_IPv4_address_is_requested_as_ip_does_but_without_its_table() => Request.AssertSameAttributes(
        "get-route-v4",
        new GetRoute(IpAddress.Parse("192.0.2.1")),
        0,
        ("header = 022000000000000000100000", "header = 022000000000000000000000"));

    [Fact]
    public void The_route_to_an_IPv6_address_is_requested_as_ip_does() =>
        Request.AssertSameBytes("get-route-v6", new GetRoute(IpAddress.Parse("2001:db8::1")), 0);
}

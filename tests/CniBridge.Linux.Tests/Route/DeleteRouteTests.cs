using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class DeleteRouteTests
{
    const int Bridge = 2;
    const byte Protocol = 67;

    [Fact]
    public void A_route_is_deleted_as_ip_does() => Request.AssertSameBytes("route-delete-v4",
        new DeleteRoute(Cidr.Parse("10.41.0.0/16"), Protocol) { Gateway = IpAddress.Parse("10.1.2.2"), Index = Bridge });

    [Fact]
    public void An_IPv6_route_with_its_metric_is_deleted_as_ip_does() => Request.AssertSameBytes("route-delete-v6",
        new DeleteRoute(Cidr.Parse("fd00:41::/64"), Protocol)
        {
            Gateway = IpAddress.Parse("fd00:2::2"),
            Index = Bridge,
            Priority = 1024,
        });

    [Fact]
    public void A_route_with_a_TOS_is_deleted_as_ip_does() => Request.AssertSameBytes("route-delete-v4-tos",
        new DeleteRoute(Cidr.Parse("10.42.0.0/16"), Protocol)
        {
            Gateway = IpAddress.Parse("10.1.2.1"),
            Index = Bridge,
            Priority = 77,
            TypeOfService = 0x10,
        });

    [Fact]
    public void A_blackhole_route_is_deleted_as_ip_does() =>
        Request.AssertSameBytes("route-delete-v4-blackhole", new DeleteRoute(Cidr.Parse("10.43.0.0/16"), Protocol));

    // The kernel refuses a destination with host bits; ours are cleared.
    [Fact]
    public void Host_bits_of_the_destination_are_cleared() =>
        Request.AssertSameBytes("route-delete-v4-blackhole", new DeleteRoute(Cidr.Parse("10.43.7.7/16"), Protocol));
}

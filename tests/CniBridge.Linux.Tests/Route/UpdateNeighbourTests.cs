using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class UpdateNeighbourTests
{
    const int Bridge = 2;

    [Theory]
    [InlineData("neighbour-v4", "10.88.0.5")]
    [InlineData("neighbour-v6", "fd00:88::5")]
    public void A_neighbour_is_changed_as_ip_does(string capture, string address) => Request.AssertSameBytes(
        capture,
        new UpdateNeighbour(Bridge, IpAddress.Parse(address), MacAddress.FromBytes([0x02, 0, 0, 0, 0, 0x05])));
}

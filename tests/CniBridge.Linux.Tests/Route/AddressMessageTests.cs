using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class AddressMessageTests
{
    const int Bridge = 2;

    [Theory]
    [InlineData("address-v4", "10.1.2.3/24", false)]
    [InlineData("address-v4-30", "10.1.5.1/30", false)]
    [InlineData("address-v4-31", "10.1.3.3/31", false)]
    [InlineData("address-v4-32", "10.1.4.3/32", false)]
    [InlineData("address-v6", "fd00:1::3/64", false)]
    [InlineData("address-v6-nodad", "fd00:2::3/64", true)]
    // IPv4 has no duplicate address detection to skip.
    [InlineData("address-v4", "10.1.2.3/24", true)]
    public void An_address_is_added_as_ip_does(string capture, string cidr, bool skipsDad) =>
        Request.AssertSameBytes(capture, AddressMessage.Add(Bridge, Cidr.Parse(cidr), skipsDad));

    [Theory]
    [InlineData("address-v4-delete", "10.1.2.3/24")]
    [InlineData("address-v6-delete", "fd00:1::3/64")]
    public void An_address_is_deleted_as_ip_does(string capture, string cidr) =>
        Request.AssertSameBytes(capture, AddressMessage.Delete(Bridge, Cidr.Parse(cidr)));
}

using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route;

public sealed class ListAddressesTests
{
    [Fact]
    public void Addresses_are_requested_as_ip_does() =>
        Request.AssertSameBytes("list-addresses", new ListAddresses(2), NLM_F_DUMP);
}

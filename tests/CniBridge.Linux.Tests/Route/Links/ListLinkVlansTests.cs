using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class ListLinkVlansTests
{
    [Fact]
    public void The_VLANs_of_all_ports_are_requested_as_bridge_does() =>
        Request.AssertSameBytes("list-link-vlans", new ListLinkVlans(), NLM_F_DUMP);
}

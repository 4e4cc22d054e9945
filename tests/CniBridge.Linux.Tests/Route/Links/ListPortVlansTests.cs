using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class ListPortVlansTests
{
    // bridge lists all ports and selects one itself. We let the kernel do it. Flags of zero are no flags.
    [Fact]
    public void The_VLANs_of_a_port_are_requested_as_bridge_does_but_of_that_port_only() => Request.AssertSameAttributes(
        "list-port-vlans",
        new ListPortVlans(4),
        NLM_F_DUMP,
        ("header = 0700000000000000", "header = 0700000004000000"),
        ("1 = 00000000", null));
}

using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class ListLinksTests
{
    // ip sets the packet family and requests virtual functions. Neither changes the listed links.
    [Fact]
    public void Links_of_a_kind_are_requested_as_ip_does_but_without_virtual_functions() => Request.AssertSameAttributes(
        "list-links",
        new ListLinks("veth"),
        NLM_F_DUMP,
        ("header = 11000000000000000000000000000000", "header = 00000000000000000000000000000000"),
        ("29 = 01000000", "29 = 08000000"));
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route;

public sealed class ListRoutesTests
{
    // ip names the table in RTA_TABLE (15), which holds every number. That of the main table also fits into rtm_table.
    [Theory]
    [InlineData("list-routes-v4", AddressFamily.IPv4, "02")]
    [InlineData("list-routes-v6", AddressFamily.IPv6, "0a")]
    public void The_main_table_is_requested_as_ip_does_but_named_in_the_header(
        string capture, AddressFamily family, string code) =>
        Request.AssertSameAttributes(
            capture,
            new ListRoutes(family),
            NLM_F_DUMP,
            ($"header = {code}0000000000000000000000", $"header = {code}000000fe00000000000000"),
            ("15 = fe000000", null));
}

using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class GetLinkTests
{
    // IFLA_EXT_MASK: ip asks for virtual functions too (RTEXT_FILTER_VF), which no bridge or veth has.
    [Fact]
    public void A_link_is_requested_as_ip_does_but_without_virtual_functions() =>
        Request.AssertSameAttributes("get-link", new GetLink("vethhost"), 0, ("29 = 09000000", "29 = 08000000"));
}

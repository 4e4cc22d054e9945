using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class DeleteLinkTests
{
    [Fact]
    public void A_link_is_deleted_as_ip_does() => Request.AssertSameBytes("delete-link", new DeleteLink(3, "cni1"));
}

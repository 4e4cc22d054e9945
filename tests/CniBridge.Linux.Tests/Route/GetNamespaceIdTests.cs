using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class GetNamespaceIdTests
{
    [Fact]
    public void A_namespace_is_asked_for_as_ip_does() => Request.AssertSameBytes("get-namespace-id", new GetNamespaceId(6), flags: 0);
}

using CniBridge.Linux.Route;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route;

public sealed class GetNamespaceIdTests
{
    [Fact]
    public void The_request_for_a_namespace_ID_equals_that_of_ip() =>
        Request.AssertSameBytes("get-namespace-id", new GetNamespaceId(6), flags: 0);
}

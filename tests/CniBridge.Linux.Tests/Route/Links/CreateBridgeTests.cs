using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

/// <summary>Tests against ip, which writes the attributes in the order of its arguments. The kernel reads them in any order.</summary>
public sealed class CreateBridgeTests
{
    [Fact]
    public void A_bridge_is_created_as_ip_does() => Request.AssertSameAttributes(
        "create-bridge",
        new CreateBridge("cni0", MacAddress.FromBytes([0x02, 0x11, 0x22, 0x33, 0x44, 0x55]), 1400),
        NLM_F_ACK);

    [Fact]
    public void Without_an_MTU_the_request_has_no_MTU() => Request.AssertSameAttributes(
        "create-bridge-default-mtu",
        new CreateBridge("cni1", MacAddress.FromBytes([0x02, 0x11, 0x22, 0x33, 0x44, 0x56]), 0),
        NLM_F_ACK);

    [Fact]
    public void A_bridge_that_filters_VLANs_is_created_as_ip_does() => Request.AssertSameAttributes(
        "create-bridge-vlan",
        new CreateBridge("cni1", MacAddress.FromBytes([0x02, 0x11, 0x22, 0x33, 0x44, 0x55]), 1400) { FiltersVlans = true },
        NLM_F_ACK);
}

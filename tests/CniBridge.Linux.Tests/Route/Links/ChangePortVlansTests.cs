using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class ChangePortVlansTests
{
    const int Port = 4;

    [Fact]
    public void A_native_VLAN_is_added_as_bridge_does() => Request.AssertSameBytes(
        "port-vlan-add", new ChangePortVlans(Port, "vethhost", 100, 100) { IsNative = true });

    [Fact]
    public void Consecutive_VLANs_are_added_as_bridge_does() => Request.AssertSameBytes(
        "port-vlan-add-range", new ChangePortVlans(Port, "vethhost", 200, 210));

    [Fact]
    public void VLANs_are_removed_as_bridge_does() => Request.AssertSameBytes(
        "port-vlan-delete-range", new ChangePortVlans(Port, "vethhost", 1, 4094) { IsRemoved = true });
}

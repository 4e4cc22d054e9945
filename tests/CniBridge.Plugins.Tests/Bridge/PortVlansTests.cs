using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the VLANs that a port gets, of their order, and of those that CHECK expects.</summary>
public sealed class PortVlansTests
{
    static BridgeConfig Config(int vlan, string trunk, bool preserves) => new()
    {
        Bridge = "cni0",
        Vlan = vlan,
        Trunk = [.. trunk.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Range)],
        PreservesDefaultVlan = preserves,
    };

    static VlanRange Range(string text)
    {
        var ends = text.Split('-').Select(int.Parse).ToArray();
        return new VlanRange(ends[0], ends[^1]);
    }

    /// <summary>Returns changes as text: -1-4094 is a removal, +5 an addition with a tag, +5! one without a tag.</summary>
    static string Describe(IEnumerable<INetlinkMessage> messages) => string.Join(' ', messages.Select(message =>
    {
        var change = Assert.IsType<ChangePortVlans>(message);
        Assert.Equal((7, "veth7"), (change.Index, change.Name));
        var ids = change.First == change.Last ? $"{change.First}" : $"{change.First}-{change.Last}";
        return (change.IsRemoved ? "-" : "+") + ids + (change.IsNative ? "!" : "");
    }));

    [Theory]
    [InlineData(0, "", false, "")]
    [InlineData(0, "", true, "")]
    [InlineData(100, "", false, "-1-4094 +100!")]
    [InlineData(100, "", true, "+100!")]
    [InlineData(4094, "", false, "-1-4094 +4094!")]
    // Untagged frames belong to VLAN 1, as on a bridge with the default configuration.
    [InlineData(0, "10", false, "-1-4094 +10 +1!")]
    [InlineData(0, "10", true, "+10 +1!")]
    [InlineData(0, "10-20 30", false, "-1-4094 +10-20 +30 +1!")]
    [InlineData(100, "10-20 30", false, "-1-4094 +10-20 +30 +100!")]
    [InlineData(100, "10-20 30", true, "+10-20 +30 +100!")]
    // A trunk that also contains the native VLAN must not add its tag again.
    [InlineData(100, "90-110", false, "-1-4094 +90-110 +100!")]
    [InlineData(100, "100", true, "+100 +100!")]
    [InlineData(0, "1-4094", false, "-1-4094 +1-4094 +1!")]
    public void Existing_VLANs_are_removed_first_and_the_native_VLAN_is_added_last(
        int vlan, string trunk, bool preserves, string messages) =>
        Assert.Equal(messages, Describe(PortVlans.Create(7, "veth7", Config(vlan, trunk, preserves))));

    [Theory]
    [InlineData(100, "", false, "-1-4094 +100!")]
    [InlineData(100, "10-20 30", false, "-1-4094 +100!")]
    [InlineData(100, "90-110", false, "-1-4094 +100!")]
    [InlineData(100, "10-20", true, "+100!")]
    public void The_port_of_a_VLAN_gateway_is_only_in_its_own_VLAN(int vlan, string trunk, bool preserves, string messages) =>
        Assert.Equal(messages, Describe(PortVlans.OfGateway(7, "veth7", Config(vlan, trunk, preserves))));

    [Theory]
    [InlineData(0, "", "")]
    [InlineData(100, "", "100!")]
    [InlineData(0, "10-12 30", "1! 10 11 12 30")]
    [InlineData(100, "10-12 30", "100! 10 11 12 30")]
    [InlineData(100, "99-101", "100! 99 101")]
    [InlineData(100, "100", "100!")]
    [InlineData(0, "1-3", "1! 2 3")]
    public void The_expected_VLANs_of_a_port_contain_each_VLAN_once(int vlan, string trunk, string expected)
    {
        foreach (var preserves in (bool[])[false, true])
        {
            Assert.Equal(expected, string.Join(' ', PortVlans.Expected(Config(vlan, trunk, preserves))
                .Select(vlan => $"{vlan.Id}{(vlan.IsNative ? "!" : "")}")));
        }
    }
}

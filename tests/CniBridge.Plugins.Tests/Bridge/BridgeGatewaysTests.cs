using CniBridge.Linux;
using CniBridge.Plugins.Attachments;
using static CniBridge.Plugins.Tests.Bridge.BridgeGatewaysScene;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the gateway addresses that a bridge gets, and of those that it loses after its range has changed.</summary>
public sealed class BridgeGatewaysTests
{
    // Every ADD except the first takes this path: one query, and no work that grows with the number of pods.
    [Theory]
    [InlineData("10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("10.9.0.1/24 fd00::1/64 fe80::1/64", "10.9.0.1/24 fd00::1/64")]
    [InlineData("10.9.0.1/24 fd00::1/64", "fd00::1/64")]
    public void A_complete_bridge_is_not_changed(string present, string wanted)
    {
        foreach (var isForced in (bool[])[false, true])
        {
            var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = isForced });
            Assert.Equal(["addresses of cni0"], state.Calls);
            Assert.Equal("", state.Log);
        }
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("fd00::1/64 fd00::5/48", "fd00::1/64")]
    public void Other_addresses_are_not_examined_if_the_gateway_address_exists(string present, string wanted)
    {
        var state = Run(present, wanted);
        Assert.Equal(["addresses of cni0"], state.Calls);
        Assert.Equal("", state.Log);
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", "10.9.0.1/24", "10.1.0.1/24")]
    [InlineData("fd00::1/64 fd00::5/48 fd01::1/64", "fd00::1/64", "fd00::5/48")]
    public void forceAddress_removes_conflicting_addresses_beside_the_gateway_address(string present, string wanted, string removed)
    {
        var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = true });
        Assert.Equal(["addresses of cni0", $"gateways of cni0: in place of {removed}"], state.Calls);
        Assert.Equal("", state.Log);
    }

    // A link has each IPv6 address once, with one prefix length. The shorter one serves the pods of both.
    [Fact]
    public void An_IPv6_gateway_address_with_a_shorter_prefix_replaces_the_old_one()
    {
        var state = Run("fd00::1/64", "fd00::1/48", s => s.AddPort("veth1", ""));
        Assert.Equal(["addresses of cni0", "gateways of cni0: fd00::1/48 in place of fd00::1/64"], state.Calls);
        Assert.Contains("replaced", state.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("", "10.9.0.1/24 10.8.0.1/24 fd00::1/64", "10.9.0.1/24 10.8.0.1/24 fd00::1/64")]
    [InlineData("10.9.0.1/24", "10.9.0.1/24 fd00::1/64", "fd00::1/64")]
    [InlineData("fe80::1/64", "10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("10.1.0.1/24", "fd00::1/64", "fd00::1/64")]
    // IPv6 networks do not conflict with each other.
    [InlineData("fd00:1::1/64 fe80::1/64", "fd00:2::1/64", "fd00:2::1/64")]
    public void A_missing_gateway_address_without_a_conflict_is_added(string present, string wanted, string added)
    {
        foreach (var isForced in (bool[])[false, true])
        {
            var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = isForced });
            Assert.Equal(["addresses of cni0", $"gateways of cni0: {added}"], state.Calls);
            Assert.Equal("", state.Log);
        }
    }

    [Theory]
    [InlineData("10.1.0.1/24 192.0.2.1/32", "10.9.0.1/24", "10.1.0.1/24 192.0.2.1/32")]
    [InlineData("10.9.0.1/16", "10.9.0.1/24", "10.9.0.1/16")]
    [InlineData("10.9.0.2/24", "10.9.0.1/24", "10.9.0.2/24")]
    [InlineData("fd00::1/48 fd00:2::1/64 fe80::1/64", "fd00::1/64", "fd00::1/48")]
    [InlineData("fd00::5/64", "fd00::1/48", "fd00::5/64")]
    [InlineData("10.8.0.1/24 10.1.0.1/24", "10.8.0.1/24 10.9.0.1/24", "10.1.0.1/24")]
    public void forceAddress_replaces_conflicting_addresses_without_a_search_for_users(string present, string wanted, string replaced)
    {
        var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = true }, s => s.AddPort("veth1", ""));
        Assert.Equal(["addresses of cni0", $"gateways of cni0: {wanted.Split(' ')[^1]} in place of {replaced}"], state.Calls);
        Assert.Equal("", state.Log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.9.0.7")]
    [InlineData("10.1.1.7 fd00::7")]
    public void An_address_that_the_network_never_had_stays(string lastServed)
    {
        var state = Run(s => Replace(s.LastServed, lastServed));
        Assert.Equal(["addresses of cni0", $"gateways of cni0: {New}"], state.Calls);
        Assert.Equal(Line("it is kept, because no pod of the network pods ever had an address in it"), state.Log);
    }

    // The ports are listed first. Their owners have reservations, so a concurrent ADD never has a port without a reservation.
    [Fact]
    public void An_unused_address_is_replaced()
    {
        var state = Run();
        Assert.Equal(["addresses of cni0", "ports of cni0", "users", $"gateways of cni0: {Replaced}"], state.Calls);
        Assert.Equal(Line("it is replaced, because no pod uses it any more"), state.Log);
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", New, "in place of " + Old)]
    [InlineData("10.1.0.1/24 10.9.0.1/24 fd00::1/64", New, "in place of " + Old)]
    // An address of an administrator is never removed.
    [InlineData("10.9.0.1/24 192.0.2.1/32", New, "")]
    [InlineData("10.9.0.1/24", New, "")]
    public void The_first_ADD_of_a_new_range_replaces_the_old_address_beside_an_existing_new_one(
        string present, string wanted, string change)
    {
        var state = Run(present, wanted, s => s.HasMoved = true);
        Assert.Equal(change, Change(state));
    }

    [Fact]
    public void The_first_ADD_of_a_new_range_logs_users_of_the_old_address_beside_an_existing_new_one()
    {
        var state = Run($"{Old} {New}", New, s => s.HasMoved = true, s => s.AddUser("pod2", "eth0", "10.1.0.9"));
        Assert.Equal("", Change(state));
        Assert.Equal(Line($"it is kept, used by pod2 eth0 (10.1.0.9); when they are gone: ip address del {Old} dev cni0"), state.Log);
    }

    static void MakeVlan(GatewayState state)
    {
        state.Config = state.Config with { Vlan = 100 };
        state.AddPort("veth1", "pods/pod1/eth0");
    }

    [Fact]
    public void The_addresses_of_a_VLAN_are_on_its_gateway_link_and_its_pods_on_the_bridge()
    {
        var state = Run(MakeVlan, s => s.AddPort("veth2", "pods/pod2/eth0"));
        Assert.Equal(["addresses of cni0.100", "ports of cni0", "users", $"gateways of cni0.100: {New}"], state.Calls);
        Assert.Equal($"\"cni0.100\" already has an IP address different from {New}, {Old}: it is kept, used by " +
            $"the port veth2 of pod2 eth0; when they are gone: ip address del {Old} dev cni0.100\n", state.Log);
    }

    // The VLAN is that of the network or of another one. The alias of the port is the name of the gateway, from which the name of the port
    // is derived.
    [Theory]
    [InlineData("cni0.100")]
    [InlineData("cni0.200")]
    public void The_bridge_port_of_a_VLAN_gateway_belongs_to_no_pod(string gateway)
    {
        var state = Run(MakeVlan, s => s.AddPort(HostLink.NameOfVlanPort(gateway), gateway));
        Assert.Equal($"gateways of cni0.100: {Replaced}", state.Calls[^1]);
        state = Run(s => s.AddPort(HostLink.NameOfVlanPort(gateway), gateway));
        Assert.Equal(Replaced, Change(state));
    }

    [Theory]
    [InlineData("addresses of cni0")]
    [InlineData("users")]
    [InlineData("ports of cni0")]
    [InlineData("gateways of cni0: " + Replaced)]
    public void A_failed_query_changes_nothing(string step)
    {
        var state = new GatewayState { Failing = step };
        Assert.Equal(step, Assert.Throws<KernelException>(state.Ensure).Operation);
        Assert.Equal(step, state.Calls[^1]);
    }
}

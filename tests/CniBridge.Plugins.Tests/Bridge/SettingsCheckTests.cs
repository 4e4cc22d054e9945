using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of settings that affect traffic and that no result contains.</summary>
public sealed class SettingsCheckTests
{
    static readonly Dictionary<string, Action<SettingsState>> s_fine = new()
    {
        ["as ADD left it"] = s => { },
        ["pod down as configured"] = s =>
        {
            s.Config = s.Config with { LeavesPodInterfaceDown = true };
            s.Pod = s.Pod with { Flags = 0 };
        },
        ["all port settings as configured"] = s =>
        {
            s.Config = s.Config with { PortSettings = PortSettings.All };
            s.Host = s.Host with { PortSettings = PortSettings.All };
        },
        ["MTU as configured"] = s => s.Config = s.Config with { Mtu = 1500 },
        ["any MTU where none is configured"] = s => s.Host = s.Host with { Mtu = 9000 },
        ["any MTU where the uplink decides"] = s =>
        {
            s.Config = s.Config with { IsMtuAuto = true };
            s.Host = s.Host with { Mtu = 1501 };
        },
        ["another plugin's smaller MTU inside"] = s =>
        {
            s.Config = s.Config with { Mtu = 1500 };
            s.Pod = s.Pod with { Mtu = 1400 };
        },
        ["a VLAN"] = s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
        },
        ["a VLAN whose gateway is no pair of the node"] = s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.VlanPort = null;
        },
        ["a VLAN and others"] = s =>
        {
            s.MakeVlan(100);
            s.Vlans.AddRange([new(1, IsNative: false), SettingsState.Native100, new(200, IsNative: false)]);
        },
        ["a trunk"] = s =>
        {
            s.MakeVlan(0, new VlanRange(10, 11));
            s.Vlans.AddRange([new(1, IsNative: true), new(10, IsNative: false), new(11, IsNative: false)]);
        },
        ["a trunk with the native VLAN in it"] = s =>
        {
            s.MakeVlan(100, new VlanRange(99, 100));
            s.Vlans.AddRange([new(99, IsNative: false), SettingsState.Native100]);
        },
        ["no gateway"] = s =>
        {
            s.Config = s.Config with { IsGateway = false };
            s.Gateways.Clear();
            (s.ForwardsV4, s.ForwardsV6) = (false, false);
            s.Obstructed.Add("from");
        },
        ["no traffic reaches pods that no outside host knows"] = s =>
        {
            s.Config = s.Config with { Masquerades = true };
            s.Obstructed.Add("to");
        },
        ["IPv4 alone"] = s =>
        {
            s.Ips.RemoveAt(1);
            s.Gateways.RemoveAt(1);
            s.ForwardsV6 = false;
        },
        ["IPv6 alone"] = s =>
        {
            s.Ips.RemoveAt(0);
            s.Gateways.RemoveAt(0);
            s.ForwardsV4 = false;
        },
        ["a result without gateways"] = s =>
        {
            s.Ips.Clear();
            s.Ips.AddRange(["10.0.0.5/24", "fd00::5/64"]);
        },
        ["IPv6 gateway with a shorter prefix"] = s => s.Gateways[1] = "fd00::1/48",
        ["addresses of other networks"] = s => s.Gateways.Insert(0, "10.7.0.1/16"),
    };

    public static TheoryData<string> Fine => [.. s_fine.Keys];

    [Theory]
    [MemberData(nameof(Fine))]
    public void Settings_as_configured_pass(string what)
    {
        var state = new SettingsState();
        s_fine[what](state);
        state.Check();
    }

    [Fact]
    public void CHECK_reads_only_the_configured_settings()
    {
        var state = new SettingsState();
        state.Check();
        Assert.Equal(
            [
                "addresses of cni0", "is forwarding v4", "is forwarding v6",
                "forward chains of cni0 from 10.0.0.5", "forward chains of cni0 to 10.0.0.5",
                "forward chains of cni0 from fd00::5", "forward chains of cni0 to fd00::5",
            ],
            state.Calls);
        state.Config = state.Config with { IsGateway = false };
        state.Check();
        Assert.Empty(state.Calls);
        state.MakeVlan(100);
        state.Vlans.Add(SettingsState.Native100);
        state.Check();
        Assert.Equal(["VLANs of veth0"], state.Calls);
    }

    static readonly Dictionary<string, (Action<SettingsState> Change, string Message)> s_wrong = new()
    {
        ["bridge down"] = (s => s.Bridge = s.Bridge with { Flags = 0 }, "The bridge cni0 is down"),
        ["host's end down"] = (s => s.Host = s.Host with { Flags = 0 }, "The host's end veth0 is down"),
        ["pod down"] = (s => s.Pod = s.Pod with { Flags = 0 }, "The pod's interface eth0 is down"),
        ["hairpin"] = (
            s => s.Host = s.Host with { PortSettings = PortSettings.Hairpin }, "The port veth0 is hairpin: True, configured: False"),
        ["no hairpin"] = (
            s => s.Config = s.Config with { PortSettings = PortSettings.Hairpin }, "The port veth0 is hairpin: False, configured: True"),
        ["isolated"] = (
            s => s.Host = s.Host with { PortSettings = PortSettings.Isolated }, "The port veth0 is isolated: True, configured: False"),
        ["not isolated"] = (
            s => s.Config = s.Config with { PortSettings = PortSettings.Isolated }, "The port veth0 is isolated: False, configured: True"),
        ["larger MTU"] = (s => s.Config = s.Config with { Mtu = 1400 }, "The MTU of veth0 is 1500, configured: 1400"),
        ["smaller MTU"] = (s => s.Config = s.Config with { Mtu = 9000 }, "The MTU of veth0 is 1500, configured: 9000"),
        ["larger MTU inside"] = (s => s.Pod = s.Pod with { Mtu = 1501 },
            "The MTU of eth0, 1501, is larger than that of veth0, 1500"),
        ["larger MTU inside where the uplink decides"] = (s =>
        {
            s.Config = s.Config with { IsMtuAuto = true };
            s.Host = s.Host with { Mtu = 1400 };
        }, "The MTU of eth0, 1500, is larger than that of veth0, 1400"),
        ["no VLAN"] = (s => s.MakeVlan(100), "The port veth0 is not in VLAN 100 untagged"),
        ["VLAN with a tag"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(new(100, IsNative: false));
        }, "The port veth0 is not in VLAN 100 untagged"),
        ["another VLAN"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(new(1, IsNative: true));
        }, "The port veth0 is not in VLAN 100 untagged"),
        ["trunk without a native VLAN"] = (s =>
        {
            s.MakeVlan(0, new VlanRange(10, 10));
            s.Vlans.Add(new(10, IsNative: false));
        }, "The port veth0 is not in VLAN 1 untagged"),
        ["trunk with a gap"] = (s =>
        {
            s.MakeVlan(100, new VlanRange(10, 12));
            s.Vlans.AddRange([SettingsState.Native100, new(10, IsNative: false), new(12, IsNative: false)]);
        }, "The port veth0 is not in VLAN 11"),
        ["trunk without its tag"] = (s =>
        {
            s.MakeVlan(100, new VlanRange(10, 10));
            s.Vlans.AddRange([SettingsState.Native100, new(10, IsNative: true)]);
        }, "The port veth0 is not in VLAN 10"),
        ["no IPv4 gateway"] = (s => s.Gateways.Remove("10.0.0.1/24"), "The gateway address 10.0.0.1/24 is not on cni0"),
        ["no IPv6 gateway"] = (s => s.Gateways.Remove("fd00::1/64"), "The gateway address fd00::1/64 is not on cni0"),
        ["gateway with another prefix"] = (s => s.Gateways[0] = "10.0.0.1/16", "The gateway address 10.0.0.1/24 is not on cni0"),
        ["IPv6 gateway with a longer prefix"] = (s => s.Gateways[1] = "fd00::1/80", "The gateway address fd00::1/64 is not on cni0"),
        ["no gateway where the result names none"] = (s =>
        {
            s.Ips[0] = "10.0.0.5/24";
            s.Gateways.RemoveAt(0);
        }, "The gateway address 10.0.0.1/24 is not on cni0"),
        ["VLAN's gateway gone"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.VlanGateway = null;
        }, "The VLAN's gateway cni0.100 not found"),
        ["VLAN's gateway down"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.VlanGateway = s.VlanGateway! with { Flags = 0 };
        }, "The VLAN's gateway cni0.100 is down"),
        ["VLAN's gateway off the bridge"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.VlanPort = s.VlanPort! with { Master = 0 };
        }, "The port veth9 of the VLAN's gateway cni0.100 is not on the bridge cni0"),
        ["VLAN's gateway behind a port that is down"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.VlanPort = s.VlanPort! with { Flags = 0 };
        }, "The port veth9 of the VLAN's gateway cni0.100 is down"),
        ["VLAN's gateway not in the VLAN"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.GatewayVlans.Clear();
        }, "The port veth9 is not in VLAN 100 untagged"),
        ["bridge that does not filter"] = (s =>
        {
            s.MakeVlan(100);
            s.Bridge = s.Bridge with { FiltersVlans = false };
        }, "VLAN filtering is disabled on bridge cni0: vlan_filtering 0"),
        ["VLAN's gateway without address"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.Gateways.Clear();
        }, "The gateway address 10.0.0.1/24 is not on cni0.100"),
        ["nothing gets out"] = (s => s.Obstructed.Add("from"),
            "The firewall drops new connections of pod 10.0.0.5 from cni0 (chain inet theirs forward, policy drop)"),
        ["nothing gets in"] = (s => s.Obstructed.Add("to"),
            "The firewall drops new connections to pod 10.0.0.5 through cni0 (chain inet theirs forward, policy drop)"),
        ["nothing gets in from where pods keep their address"] = (s =>
        {
            s.Config = s.Config with { Masquerades = true, NotMasqueraded = [Cidr.Parse("10.9.0.0/16")] };
            s.Obstructed.Add("to");
        }, "The firewall drops new connections to pod 10.0.0.5 through cni0 (chain inet theirs forward, policy drop)"),
        ["nothing gets out of a VLAN"] = (s =>
        {
            s.MakeVlan(100);
            s.Vlans.Add(SettingsState.Native100);
            s.Obstructed.Add("from");
        }, "The firewall drops new connections of pod 10.0.0.5 from cni0.100 (chain inet theirs forward, policy drop)"),
        ["IPv4 not forwarded"] = (s => s.ForwardsV4 = false, "The node does not forward: net.ipv4.ip_forward = 0"),
        ["IPv6 not forwarded"] = (s => s.ForwardsV6 = false, "The node does not forward: net.ipv6.conf.all.forwarding = 0"),
    };

    public static TheoryData<PortSettings> PortSettingValues => [.. PortSettings.All.Each()];

    [Theory]
    [MemberData(nameof(PortSettingValues))]
    public void Every_port_setting_is_compared_in_both_directions(PortSettings setting)
    {
        var state = new SettingsState();
        state.Host = state.Host with { PortSettings = setting };
        AssertFails($"The port veth0 is {setting.ToWord()}: True, configured: False");

        state.Config = state.Config with { PortSettings = PortSettings.All };
        state.Host = state.Host with { PortSettings = PortSettings.All & ~setting };
        AssertFails($"The port veth0 is {setting.ToWord()}: False, configured: True");

        void AssertFails(string message) => Assert.Equal(message, Assert.Throws<CniException>(state.Check).Message);
    }

    public static TheoryData<string> Wrong => [.. s_wrong.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_different_setting_fails_and_the_error_names_it(string what)
    {
        var state = new SettingsState();
        s_wrong[what].Change(state);
        var failure = Assert.Throws<CniException>(state.Check);
        Assert.Equal((CniErrorCode.Internal, s_wrong[what].Message), (failure.Code, failure.Message));
    }
}

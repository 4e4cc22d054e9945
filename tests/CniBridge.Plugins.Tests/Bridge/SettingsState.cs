using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>The settings as ADD leaves them. Each test changes one of them.</summary>
sealed class SettingsState
{
    internal static readonly PortVlan Native100 = new(100, IsNative: true);

    internal BridgeConfig Config { get; set; } = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
    internal Link Bridge { get; set; } = Up("cni0", "bridge");
    internal Link Host { get; set; } = Up("veth0", "veth");
    internal Link Pod { get; set; } = Up("eth0", "veth");
    internal Link? VlanGateway { get; set; }

    /// <summary>The VLAN gateway's port. Null if the gateway is a link of another kind, or has its peer in another namespace.</summary>
    internal Link? VlanPort { get; set; }
    internal List<PortVlan> GatewayVlans { get; } = [];
    internal List<PortVlan> Vlans { get; } = [];
    internal List<string> Ips { get; } = ["10.0.0.5/24@10.0.0.1", "fd00::5/64@fd00::1"];
    internal List<string> Gateways { get; } = ["10.0.0.1/24", "fd00::1/64", "fe80::1/64"];
    internal HashSet<string> Obstructed { get; } = [];
    internal bool ForwardsV4 { get; set; } = true;
    internal bool ForwardsV6 { get; set; } = true;
    internal List<string> Calls { get; private set; } = [];

    static Link Up(string name, string kind) => new() { Index = 3, Name = name, Kind = kind, Flags = FakeNode.IFF_UP, Mtu = 1500 };

    internal void MakeVlan(int vlan, params ReadOnlySpan<VlanRange> trunk)
    {
        Config = Config with { Vlan = vlan, Trunk = [.. trunk], FiltersVlans = true };
        Bridge = Bridge with { FiltersVlans = true };
        VlanGateway = vlan == 0 ? null : Up($"cni0.{vlan}", "veth");
        VlanPort = vlan == 0 ? null : Up("veth9", "veth") with { Master = Bridge.Index };
        GatewayVlans.Add(Native100);
    }

    internal void Check()
    {
        var node = new FakeNode
        {
            Vlans = Vlans,
            VlanPort = VlanPort,
            GatewayVlans = GatewayVlans,
            Addresses = { [VlanGateway?.Name ?? "cni0"] = [.. Gateways.Select(Cidr.Parse)] },
            ForwardsV4 = ForwardsV4,
            ForwardsV6 = ForwardsV6,
            Obstructed = Obstructed,
        };
        if (VlanGateway is not null)
            node.Links[VlanGateway.Name] = VlanGateway;
        Calls = node.Calls;
        var check = new SettingsCheck(Config, node);
        check.CheckLinks(Bridge, Host, Pod);
        check.CheckGateways(Bridge, new CniResult { Ips = [.. Ips.Select(Ip)] });
    }

    static CniIp Ip(string text) => text.Split('@') is [var address, var gateway]
        ? new CniIp(Cidr.Parse(address), IpAddress.Parse(gateway), 2)
        : new CniIp(Cidr.Parse(text), null, 2);
}

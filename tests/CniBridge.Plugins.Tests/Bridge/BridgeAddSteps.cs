using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>The steps of an ADD on a node in memory, for several configurations.</summary>
static class BridgeAddSteps
{
    internal static readonly CniResult s_dual = new()
    {
        Ips =
        [
            new CniIp(Cidr.Parse("10.0.0.5/24"), IpAddress.Parse("10.0.0.1"), null),
            new CniIp(Cidr.Parse("fd00::5/64"), IpAddress.Parse("fd00::1"), null),
        ],
    };

    internal static readonly BridgeConfig s_gateway = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
    internal static readonly BridgeConfig s_masquerade = s_gateway with { Masquerades = true };
    internal static readonly BridgeConfig s_guarded = s_gateway with { ChecksMacSpoofing = true };
    internal static readonly BridgeConfig s_vlan = s_gateway with { Vlan = 100, FiltersVlans = true };
    internal static readonly BridgeConfig s_layer2 = new() { Bridge = "cni0" };

    internal const string Gateways = "gateways of cni0: 10.0.0.1/24 fd00::1/64";
    internal const string Neighbours = "neighbours of cni0: 10.0.0.5/24 fd00::5/64 at 02:00:00:00:00:03";
    internal const string Announce = "announce 02:00:00:00:00:03";

    internal static readonly string[] s_steps =
    [
        "find bridge", "allocate", "create bridge", "prepare bridge", "create veth", "watch port", "configure pod", "await port",
        "addresses of cni0", Gateways, "forward v4", "forward v6", Neighbours, Announce, "MAC of cni0",
    ];

    /// <summary>The steps of an ADD whose IPAM plugin needs the container interface.</summary>
    internal static readonly string[] s_delegatedSteps =
    [
        "find bridge", "create bridge", "prepare bridge", "create veth", "watch port", "allocate", "configure pod", "await port",
        "addresses of cni0", Gateways, "forward v4", "forward v6", Neighbours, Announce, "MAC of cni0",
    ];

    internal const string MasqueradeV4 = "masquerade pods v4: 10.0.0.0-10.0.0.255";
    internal const string MasqueradeV6 = "masquerade pods v6: fd00::-fd00::ffff:ffff:ffff:ffff";

    internal static readonly string[] s_masqueradeSteps = [.. s_steps[..^3], MasqueradeV4, MasqueradeV6, .. s_steps[^3..]];

    internal const string Guard = "guard veth01234567 with 02:00:00:00:00:03 of pods/pod1/eth0";

    internal static readonly string[] s_guardedSteps = [.. s_steps[..5], Guard, .. s_steps[5..]];
    internal static readonly string[] s_guardedDelegatedSteps = [.. s_delegatedSteps[..4], Guard, .. s_delegatedSteps[4..]];

    internal static readonly string[] s_vlanSteps =
    [
        "find bridge", "allocate", "create bridge", "prepare bridge", "create veth", "watch port", "configure pod", "await port",
        "VLAN gateway on cni0", "addresses of cni0.100", "gateways of cni0.100: 10.0.0.1/24 fd00::1/64", "forward v4", "forward v6",
        "neighbours of cni0.100: 10.0.0.5/24 fd00::5/64 at 02:00:00:00:00:03", Announce, "MAC of cni0",
    ];

    internal static CniResult Run(FakeNode node, BridgeConfig config, CniRequest? request = null) =>
        new BridgeAdd(request ?? Requests.Make("{}", Call.OwnNamespace), config, config.IpamType is null ? null : node, node).Run();
}

using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of addresses and gateways.</summary>
static class AddressScenarios
{
    public static IReadOnlyList<Scenario> Table =>
    [
        new("IPv4, no gateway", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}
            """))
        {
            Steps = TwoPodsOneByOne,
            Differences = Known.ZeroMac(6, 7),
        },
        new("IPv4, the bridge is a gateway", Config.Bridge("""
            "isGateway": true, "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}
            """))
        {
            Steps = TwoPods,
        },
        new("IPv4, the bridge is the default gateway", Config.Gateway($"\"ranges\": [{Config.Ipv4}]"))
        {
            Steps = TwoPods,
        },
        new("IPv6, the bridge is a gateway", Config.Bridge("""
            "isGateway": true, "ipam": {"type": "host-local", "subnet": "fd00:88::/64"}
            """))
        {
            Steps = TwoPods,
        },
        new("IPv6, the bridge is the default gateway", Config.Gateway($"\"ranges\": [{Config.Ipv6}]"))
        {
            Steps = TwoPods,
        },
        new("dual stack", Config.Gateway($"\"ranges\": [{Config.Ipv4}, {Config.Ipv6}]"))
        {
            Steps = TwoPods,
        },
        new("dual stack, IPv6 first", Config.Gateway($"\"ranges\": [{Config.Ipv6}, {Config.Ipv4}]"))
        {
            Steps = TwoPods,
        },
        new("dual stack, no gateway", Config.Bridge($$"""
            "ipam": {"type": "host-local", "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}]}
            """))
        {
            Steps = TwoPodsOneByOne,
            Differences = Known.ZeroMac(6, 7),
        },
        new("three range sets", Config.Gateway(
            $$"""
            "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}, [{"subnet": "fd00:89::/64"}]]
            """))
        {
            Steps = TwoPods,
        },
        new("two IPv4 range sets, no gateway", Config.Bridge($$"""
            "ipam": {"type": "host-local", "ranges": [{{Config.Ipv4}}, [{"subnet": "10.89.0.0/24"}]]}
            """))
        {
            Steps = TwoPodsOneByOne,
            Differences = Known.ZeroMac(6, 7),
        },
        new("two IPv4 range sets with gateways", Config.Gateway(
            $$"""
            "ranges": [{{Config.Ipv4}}, [{"subnet": "10.89.0.0/24"}]]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.OursIsAttached(Known.GatewayPerSet, 1),
                .. Known.OursIsGateway(Known.GatewayPerSet, 1, 2),
            ],
        },
        new("a range set of two subnets", Config.Bridge("""
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/30"}, {"subnet": "10.88.1.0/24"}]]}
            """))
        {
            Steps = TwoPodsOneByOne,
            Differences = Known.ZeroMac(6, 7),
        },
        new("rangeStart, rangeEnd and gateway", Config.Gateway("""
            "ranges": [[{"subnet": "10.88.0.0/16", "rangeStart": "10.88.3.10", "rangeEnd": "10.88.3.20",
                         "gateway": "10.88.3.1"}],
                       [{"subnet": "fd00:88::/64", "rangeStart": "fd00:88::a:1", "gateway": "fd00:88::ffff"}]]
            """))
        {
            Steps = TwoPods,
        },
        new("the gateway is the last address and in the range", Config.Gateway("""
            "subnet": "10.88.0.0/29", "rangeStart": "10.88.0.5", "gateway": "10.88.0.6"
            """))
        {
            Steps = [Add("a"), NoAdd("b"), Del("b"), Del("a"), Add("b"), Check("b"), Del("b")],
            Differences = Known.PairStays("b", Known.FailingAdd, 2),
        },
        new("the IPv6 gateway is the last address and in the range", Config.Gateway("""
            "subnet": "fd00:88::/125", "rangeStart": "fd00:88::6", "gateway": "fd00:88::7"
            """))
        {
            Steps = [Add("a"), NoAdd("b"), Del("b"), Del("a"), Add("b"), Check("b"), Del("b")],
            Differences = Known.PairStays("b", Known.FailingAdd, 2),
        },
        new("network and broadcast address in the range", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/30", "rangeStart": "10.88.0.0", "rangeEnd": "10.88.0.3"}
            """))
        {
            Steps = [Add("a"), Add("b"), Add("c"), NoAdd("d"), Del("d"), Del("a"), Del("b"), Del("c")],
            Differences = [.. Known.PairStays("d", Known.FailingAdd, 4), .. Known.ZeroMac(8)],
        },
        new("a range of four addresses is used up", Config.Gateway("\"subnet\": \"10.88.0.0/30\""))
        {
            Steps = [Add("a"), NoAdd("b"), Del("b"), Del("a"), Add("b"), Del("b")],
            Differences = Known.PairStays("b", Known.FailingAdd, 2),
        },
        new("an IPv6 range of four addresses is used up", Config.Gateway("\"subnet\": \"fd00:88::/126\""))
        {
            Steps = [Add("a"), Add("b"), NoAdd("c"), Del("c"), Del("a"), Add("c"), Check("c"), Del("b"), Del("c")],
            Differences = Known.PairStays("c", Known.FailingAdd, 3),
        },
        new("addresses go round", Config.Gateway("\"subnet\": \"10.88.0.0/29\""))
        {
            Steps = [Add("a"), Add("b"), Del("a"), Add("a"), Del("b"), Add("b"), Del("a"), Add("a")],
        },
        new("IPv6 addresses go round", Config.Gateway("\"subnet\": \"fd00:88::/126\""))
        {
            Steps = [Add("a"), Add("b"), Del("a"), Add("a"), Del("b"), Add("b"), Del("a"), Add("a")],
        },
        new("IPv6 ranges in other spellings", Config.Gateway("""
            "ranges": [[{"subnet": "FD00:0088:0:0:1::/80", "rangeStart": "fd00:88::1:0:0:000A"}],
                       [{"subnet": "fd00:89:0:0001:0::/64", "gateway": "FD00:89:0:1:0:0:0:ABC"}]]
            """))
        {
            Steps = TwoPods,
        },
        new("two IPv6 range sets with gateways", Config.Gateway(
            $"\"ranges\": [{Config.Ipv6}, [{{\"subnet\": \"fd00:89::/64\"}}]]"))
        {
            Steps = TwoPods,
        },
        new("a range set of two IPv6 subnets", Config.Bridge("""
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "fd00:88::/126"}, {"subnet": "fd00:89::/126"}]]}
            """))
        {
            Steps = [Add("a"), Add("b"), Add("c"), Del("a"), Del("b"), Del("c")],
            Differences = Known.ZeroMac(6),
        },
        new("capability ipRanges", Config.Bridge($$"""
            "isGateway": true, "ipam": {"type": "host-local"}, "capabilities": {"ipRanges": true},
            "runtimeConfig": {"ipRanges": [{{Config.Ipv4}}, {{Config.Ipv6}}]}
            """))
        {
            Steps = TwoPods,
        },
        new("keys given twice", """
            {"cniVersion": "1.0.0", "name": "other", "name": "podnet", "type": "bridge", "bridge": "br9", "Bridge": "cni0",
             "mtu": 1400, "mtu": null, "isGateway": false, "isGateway": true,
             "ipam": {"type": "host-local", "dataDir": "/var/lib/cni/other", "routes": [{"dst": "10.9.0.0/16"}]}, "name": null,
             "IPAM": {"ranges": [[{"subnet": "10.88.0.0/24"}]], "routes": [{"dst": "10.8.0.0/16"}, {"dst": "0.0.0.0/0"}]}}
            """)
        {
            Steps = TwoPodsUnchecked,
        },
        new("keys in other letter case, unknown keys and nulls", """
            {"CNIVERSION": "1.0.0", "Name": "podnet", "type": "bridge", "BRIDGE": "cni0", "IsGateway": true,
             "mtu": null, "unknown": {"x": [1]},
             "IPAM": {"TYPE": "host-local", "Ranges": [[{"Subnet": "10.88.0.0/24"}]], "dataDir": null}}
            """)
        {
            Steps = TwoPods,
        },
    ];
}

using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of routes and DNS.</summary>
static class RouteScenarios
{
    public static IReadOnlyList<Scenario> Table =>
    [
        new("routes with and without a gateway", Config.Gateway($$"""
            "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}],
            "routes": [{"dst": "10.1.0.0/16"}, {"dst": "10.2.0.0/16", "gw": "10.88.0.9"},
                       {"dst": "fd01::/64"}, {"dst": "fd02::/64", "gw": "fd00:88::9"}, {"dst": "192.0.2.7/32"}]
            """))
        {
            Steps = [Add("a"), Add("b"), NoCheck("a"), NoCheck("b"), Del("a"), Del("b")],
            Differences = Known.OnlyOursSucceeds(Known.Older, 3, 4),
        },
        new("a default route with a gateway of its own", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "0.0.0.0/0", "gw": "10.88.0.77"}]
            """))
        {
            Steps = TwoPods,
        },
        new("default routes and no default gateway", Config.Bridge($$"""
            "isGateway": true, "ipam": {"type": "host-local", "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}
            """))
        {
            Steps = TwoPods,
        },
        new("a default route and the default gateway", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "0.0.0.0/0"}]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.OursIsAttached(Known.DefaultRoutes, 1),
                .. Known.OursIsGateway(Known.DefaultRoutes, 1, 2),
                .. Known.ZeroMac(2),
            ],
        },
        new("an IPv6 default route and the default gateway", Config.Gateway("""
            "subnet": "fd00:88::/64", "routes": [{"dst": "::/0"}]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.OnlyOursSucceeds(Known.DefaultRoutes, 1),
                new("result/*", null, "*", Known.DefaultRoutes) { After = [1] },
                new("files/networks/podnet/fd00:*", null, "*", Known.DefaultRoutes) { After = [1] },
                new("node/cni0/address/*", null, "*", Known.DefaultRoutes) { After = [1, 2] },
                new("node/cni0/route/*", null, "*", Known.DefaultRoutes) { After = [1, 2] },
                new("node/*/sysctl/ipv6 forwarding", "0", "1", Known.DefaultRoutes) { After = [1, 2] },
                .. Known.ZeroMac(2),
            ],
        },
        new("an IPv6 route through an unreachable gateway", Config.Gateway("""
            "subnet": "fd00:88::/64", "routes": [{"dst": "fd01::/64", "gw": "fd00:99::1"}]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.PairStays("a", Known.FailingAdd, 1),
                .. Known.CarrierStays(Known.FailingAdd, 1),
                .. Known.ZeroMac(2),
            ],
        },
        new("an IPv6 route with host bits", Config.Gateway("""
            "subnet": "fd00:88::/64", "routes": [{"dst": "fd01::7/64"}]
            """))
        {
            Steps = OnePodUnchecked,
        },
        new("an IPv6 route of link-local gateway", Config.Gateway("""
            "subnet": "fd00:88::/64", "routes": [{"dst": "fd01::/64", "gw": "fe80::1"}]
            """))
        {
            Steps = OnePodUnchecked,
        },
        new("the same destination by two gateways", Config.Gateway("""
            "subnet": "10.88.0.0/24",
            "routes": [{"dst": "10.1.0.0/16", "gw": "10.88.0.8"}, {"dst": "10.1.0.0/16", "gw": "10.88.0.9"}]
            """))
        {
            Steps = [Add("a"), Check("a"), Del("a")],
        },
        new("a route of a family without addresses", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "fd01::/64"}]
            """))
        {
            Steps = OnePod,
        },
        new("a route through an unreachable gateway", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "10.1.0.0/16", "gw": "172.16.0.1"}]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.PairStays("a", Known.FailingAdd, 1),
                .. Known.CarrierStays(Known.FailingAdd, 1),
                .. Known.ZeroMac(2),
            ],
        },
        new("a route with host bits", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "10.1.2.3/16"}]
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.OursIsAttached(Known.HostBits, 1),
                .. Known.OursIsGateway(Known.HostBits, 1, 2),
                new("pod a/eth0/route/main/*", null, "*gateway=10.88.0.1 *", Known.HostBits) { After = [1] },
                .. Known.ZeroMac(2),
            ],
        },
        new("a route with priority and table", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "10.1.0.0/16", "priority": 50, "table": 100}]
            """))
        {
            Steps = OnePodUnchecked,
            Differences = [
                new("pod a/eth0/route/main/10.1.0.0/16", "*gateway=10.88.0.1 *", null, Known.Older) { After = [1] },
                new("pod a/eth0/route/100/10.1.0.0/16", null, "*=10.88.0.1 *metric=50 *", Known.Older) { After = [1] },
                new("result/routes/0/priority", null, "50", Known.Older) { After = [1] },
                new("result/routes/0/table", null, "100", Known.Older) { After = [1] },
            ],
        },
        new("a route with a scope", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "10.1.0.0/16", "scope": 253}]
            """))
        {
            Steps = OnePodUnchecked,
            Differences = [
                new("pod a/eth0/route/main/10.1.0.0/16", "*gateway=10.88.0.1 *scope=global *",
                    "type=unicast protocol=boot scope=link *", Known.LinkRoutes) { After = [1] },
                new("result/routes/0/scope", null, "253", Known.Older) { After = [1] },
            ],
        },
        new("a route with mtu and advmss", Config.Gateway("""
            "subnet": "10.88.0.0/24", "routes": [{"dst": "10.1.0.0/16", "mtu": 1400, "advmss": 1300}]
            """))
        {
            Steps = [Add("a"), NoCheck("a"), Del("a")],
            Differences = [
                new("pod a/eth0/route/main/10.1.0.0/16", "*flags=[]",
                    "*metrics=[{\"mtu\":1400,\"advmss\":1300}]", Known.RouteMetrics) { After = [1, 2] },
                new("result/routes/0/mtu", null, "1400", Known.Older) { After = [1] },
                new("result/routes/0/advmss", null, "1300", Known.Older) { After = [1] },
                .. Known.OnlyOursSucceeds(Known.Older, 2),
            ],
        },
        new("DNS of the configuration", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"},
            "dns": {"nameservers": ["10.88.0.1", "fd00::1"], "domain": "example.org",
                    "search": ["a.example", "b.example"], "options": ["ndots:5"]}
            """))
        {
            Steps = TwoPodsOneByOne,
            Differences = Known.ZeroMac(6, 7),
        },
        new("DNS of a resolv.conf", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "resolvConf": "/run/node/resolv.conf"}
            """))
        {
            Steps =
            [
                Sh("""
                    printf '# a comment\nnameserver 192.0.2.1\nnameserver 192.0.2.2 ignored\ndomain one.example\n' \
                      >/run/node/resolv.conf
                    printf 'domain two.example\nsearch a b\nsearch c\noptions ndots:2 rotate\nwhat ever\n' \
                      >>/run/node/resolv.conf
                    """),
                .. OnePod,
            ],
            Differences = [
                new("result/dns/*", null, "*", Known.Older) { After = [2] },
                .. Known.ZeroMac(4),
            ],
        },
        new("DNS of the configuration replaces that of a resolv.conf", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "resolvConf": "/run/node/resolv.conf"},
            "dns": {"domain": "example.org"}
            """))
        {
            Steps = [Sh("printf 'nameserver 192.0.2.1\n' >/run/node/resolv.conf"), .. OnePod],
            Differences = Known.ZeroMac(4),
        },
        new("an empty list of name servers takes the resolv.conf's away", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "resolvConf": "/run/node/resolv.conf"},
            "dns": {"nameservers": []}
            """))
        {
            Steps = [Sh("printf 'nameserver 192.0.2.1\n' >/run/node/resolv.conf"), .. OnePod],
            Differences = Known.ZeroMac(4),
        },
        new("a resolv.conf that is not there", Config.Bridge("""
            "ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "resolvConf": "/run/node/no-such-file"}
            """))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [
                .. Known.NoBridgeMade(1, 2),
                .. Known.PairStays("a", Known.FailingAdd, 1),
                .. Known.NoStoreMade(2),
            ],
        },
    ];
}

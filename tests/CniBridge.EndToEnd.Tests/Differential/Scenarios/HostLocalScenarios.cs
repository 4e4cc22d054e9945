using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of host-local as a separate plugin: its store and requested addresses. No namespace is needed.</summary>
static class HostLocalScenarios
{
    const string Subnet = "\"subnet\": \"10.88.0.0/24\"";

    const string TwoSets = $"\"ranges\": [{Config.Ipv4}, {Config.Ipv6}]";

    const string MakeStore = "mkdir -p /var/lib/cni/networks/podnet; cd /var/lib/cni/networks/podnet";

    public static IReadOnlyList<Scenario> Table =>
    [
        new("host-local alone", Config.HostLocal(Subnet))
        {
            Steps = [Add("a"), Add("b"), Check("a"), Del("a"), NoCheck("a"), Del("a"), Add("c"), Del("b"), Del("c")],
        },
        new("host-local alone, two sets and a route", Config.HostLocal($$"""
            {{TwoSets}}, "routes": [{"dst": "10.1.0.0/16"}, {"dst": "::/0", "gw": "fd00:88::9"}]
            """))
        {
            Steps = [Add("a"), Add("b"), Check("a"), Del("a"), Del("b")],
        },
        new("host-local in a data directory of its own", Config.HostLocal(
            $"{Subnet}, \"dataDir\": \"/var/lib/cni/other\""))
        {
            Steps = [Add("a"), Check("a"), Del("a")],
        },
        new("host-local without a reservation", Config.HostLocal(Subnet))
        {
            Steps = [Del("a"), NoCheck("a")],
            Differences = Known.NoStoreMade(1, 2),
        },
        new("host-local, the same attachment twice", Config.HostLocal(TwoSets))
        {
            Steps = [Add("a"), NoAdd("a"), Check("a"), Del("a")],
        },
        new("host-local, two interfaces of one container", Config.HostLocal(TwoSets))
        {
            Steps = [Add("a"), Add("a") with { Interface = "eth1" }, Del("a"), Del("a") with { Interface = "eth1" }],
        },
        new("requested by the runtime", Config.HostLocal(TwoSets, """
            "runtimeConfig": {"ips": ["10.88.0.50", "fd00:88::50/64"]},
            """))
        {
            Steps = [Add("a"), NoAdd("b"), Del("a"), Add("b"), Del("b")],
        },
        new("requested by args", Config.HostLocal(TwoSets, """
            "args": {"cni": {"ips": ["10.88.0.50/24"]}},
            """))
        {
            Steps = [Add("a"), NoAdd("b"), Del("a")],
        },
        new("requested by CNI_ARGS", Config.HostLocal(TwoSets))
        {
            Steps =
            [
                Add("a") with { Arguments = "IP=10.88.0.50" },
                NoAdd("b") with { Arguments = "IP=10.88.0.50" },
                Add("b"),
            ],
        },
        new("requested with a bridge", Config.Bridge($$"""
            "isGateway": true, "ipam": {"type": "host-local", {{TwoSets}}},
            "runtimeConfig": {"ips": ["10.88.0.50"]}
            """))
        {
            Steps = OnePod,
        },
        new("two requested of one set", Config.HostLocal(Subnet, """
            "runtimeConfig": {"ips": ["10.88.0.50", "10.88.0.51"]},
            """))
        {
            Steps = [NoAdd("a")],
            Differences =
            [
                new("files/networks/podnet/last_reserved_ip.0", "\"10.88.0.51\"", "\"10.88.0.50\"", Known.AnyOrder)
                {
                    IsByChance = true,
                },
            ],
        },
        new("requested outside the range", Config.HostLocal(Subnet, """
            "runtimeConfig": {"ips": ["10.99.0.50"]},
            """))
        {
            Steps = [NoAdd("a")],
        },
        new("the gateway is requested", Config.HostLocal(Subnet, """
            "runtimeConfig": {"ips": ["10.88.0.1"]},
            """))
        {
            Steps = [NoAdd("a")],
        },
        new("the requested address of the second set is taken", Config.HostLocal(TwoSets))
        {
            Steps =
            [
                Add("a") with { Arguments = "IP=fd00:88::50" },
                NoAdd("b") with { Arguments = "IP=fd00:88::50" },
                Del("b"),
                Del("a"),
            ],
        },
        new("requested for an interface that has an address", Config.HostLocal(Subnet))
        {
            Steps = [Add("a"), Add("a") with { Arguments = "IP=10.88.0.50" }, Del("a")],
            Differences = [
                .. Known.OnlyGoSucceeds(Known.SecondAddress, 2),
                new("result/*", "*", null, Known.SecondAddress) { After = [2] },
                .. Known.ReservationStays("10.88.0.50", Known.SecondAddress, 2),
                new("files/networks/podnet/last_reserved_ip.0", "\"10.88.0.50\"", "\"10.88.0.2\"", Known.SecondAddress)
                {
                    After = [2, 3],
                },
            ],
        },
        new("a failing request of an interface that has addresses", Config.HostLocal(TwoSets))
        {
            Networks = new Dictionary<string, string>
            {
                ["requested"] = Config.HostLocal(TwoSets, """
                    "runtimeConfig": {"ips": ["10.88.0.60", "fd00:88::50"]},
                    """),
            },
            Steps =
            [
                Add("b") with { Arguments = "IP=fd00:88::50" },
                Add("a"),
                NoAdd("a") with { Network = "requested" },
            ],
            Differences =
            [
                new("files/networks/podnet/10.88.0.3*", null, "*", Known.Rollback) { After = [3] },
                new("files/networks/podnet/fd00:88::51*", null, "*", Known.Rollback) { After = [3] },
                new("files/networks/podnet/last_reserved_ip.0", "\"10.88.0.60\"", "\"10.88.0.3\"", Known.SecondAddress)
                {
                    After = [3],
                },
            ],
        },
        new("the second set is used up", Config.HostLocal($$"""
            "ranges": [{{Config.Ipv4}}, [{"subnet": "10.89.0.0/30"}]]
            """))
        {
            Steps = [Add("a"), NoAdd("b"), Del("b"), Del("a"), Add("b"), Del("b")],
        },
        new("a marker that is no address", Config.HostLocal(Subnet))
        {
            Steps =
            [
                Sh(MakeStore + "; echo nonsense >last_reserved_ip.0"),
                Add("a"),
                Add("b"),
            ],
        },
        new("a marker at the end of the range", Config.HostLocal(Subnet))
        {
            Steps =
            [
                Sh(MakeStore + "; printf 10.88.0.254 >last_reserved_ip.0"),
                Add("a"),
                Add("b"),
            ],
        },
        new("a marker at the end of an IPv6 range", Config.HostLocal("\"subnet\": \"fd00:88::/64\""))
        {
            Steps =
            [
                Sh(MakeStore + "; printf fd00:88::ffff:ffff:ffff:fffe >last_reserved_ip.0"),
                Add("a"),
                Add("b"),
            ],
        },
        new("IPv6 reservations of the oldest format", Config.HostLocal("\"subnet\": \"fd00:88::/64\""))
        {
            Steps =
            [
                Sh(MakeStore + "; printf container-a >fd00:88::2"),
                Check("a"),
                NoAdd("a"),
                Add("b"),
                Del("a"),
                Add("a"),
            ],
        },
        new("IPv6 addresses are requested in other spellings", Config.HostLocal("\"subnet\": \"fd00:88::/64\""))
        {
            Steps =
            [
                Add("a") with { Arguments = "IP=FD00:88:0:0::0A0B" },
                Add("b") with { Arguments = "IP=fd00:88::10.0.0.5" },
                NoAdd("c") with { Arguments = "IP=fd00:0088:0:0:0:0:0:a0b" },
                NoAdd("c") with { Arguments = "IP=fd00:88::1" },
                NoAdd("c") with { Arguments = "IP=fd00:89::1" },
                Del("a"),
                Add("c") with { Arguments = "IP=fd00:88::a0b" },
            ],
        },
        new("reservations of the oldest format", Config.HostLocal(Subnet))
        {
            Steps =
            [
                Sh(MakeStore + "; printf container-a >10.88.0.2"),
                Check("a"),
                NoAdd("a"),
                Add("b"),
                Del("a"),
                Add("a"),
            ],
        },
        new("CNI_ARGS of Kubernetes", Config.HostLocal(Subnet))
        {
            Steps =
            [
                Add("a") with { Arguments = "IgnoreUnknown=1;K8S_POD_NAMESPACE=ns;K8S_POD_NAME=pod;K8S_POD_UID=" },
                NoAdd("b") with { Arguments = "K8S_POD_NAMESPACE=ns" },
                Del("a") with { Arguments = "K8S_POD_NAMESPACE=ns;IgnoreUnknown=true" },
            ],
        },
    ];
}

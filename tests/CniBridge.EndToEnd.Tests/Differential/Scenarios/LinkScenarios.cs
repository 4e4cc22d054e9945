using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of bridges and veth pairs with their MTU, MAC and modes.</summary>
static class LinkScenarios
{
    const string Ipam = """
        "isGateway": true, "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}
        """;

    const string MakeBridge = "ip link add cni0 address 02:00:00:00:00:01 type bridge";

    public static IReadOnlyList<Scenario> Table =>
    [
        new("layer 2 only", Config.Bridge("\"ipam\": {}"))
        {
            Steps = [Add("a"), Add("b"), Del("a"), Del("b"), Del("b")],
            Differences = Known.ZeroMac(4, 5),
        },
        new("layer 2 only, without a word on address management", Config.Bridge("\"isGateway\": true"))
        {
            Steps = OnePodUnchecked,
            Differences = Known.ZeroMac(2),
        },
        new("a gateway after the bridge lost its last port", Config.Bridge(Ipam))
        {
            Networks = new Dictionary<string, string> { ["layer 2"] = Config.Bridge("\"ipam\": {}") },
            Steps =
            [
                Add("a") with { Network = "layer 2" },
                Del("a") with { Network = "layer 2" },
                NoAdd("a"),
                Del("a"),
                Add("a"),
                Check("a"),
            ],
            Differences =
            [
                .. Known.ZeroMac(2, 4),
                .. Known.OursIsAttached(Known.BridgeMac, 3),
                .. Known.OursForwards(Known.BridgeMac, 3, 4),
            ],
        },
        new("mtu", Config.Bridge($"\"mtu\": 1400, {Ipam}"))
        {
            Steps = TwoPods,
        },
        new("an mtu larger than the bridge's", Config.Bridge(Ipam))
        {
            Networks = new Dictionary<string, string> { ["large"] = Config.Bridge($"\"mtu\": 9000, {Ipam}") },
            Steps =
            [
                Add("a"),
                Add("b") with { Network = "large" },
                Check("b") with { Network = "large" },
                Del("b"),
                Del("a"),
            ],
        },
        new("hairpin mode", Config.Bridge($"\"hairpinMode\": true, {Ipam}"))
        {
            Steps = TwoPods,
        },
        new("sources that are checked", Config.Bridge($"\"macspoofchk\": true, {Ipam}"))
        {
            Steps = TwoPods,
        },
        new("promiscuous mode", Config.Bridge($"\"promiscMode\": true, {Ipam}"))
        {
            Steps = TwoPods,
        },
        new("promiscuous mode of a bridge that is there", Config.Bridge($"\"promiscMode\": true, {Ipam}"))
        {
            Networks = new Dictionary<string, string> { ["plain"] = Config.Bridge(Ipam) },
            Steps =
            [
                Add("a") with { Network = "plain" },
                Add("b"),
                Check("b"),
                NoCheck("a") with { Network = "plain" },
            ],
        },
        new("duplicate address detection", Config.Bridge($$"""
            "enabledad": true, "isGateway": true,
            "ipam": {"type": "host-local", "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}]}
            """))
        {
            Steps = OnePod,
        },
        new("MAC by the runtime", Config.Bridge($$"""
            "runtimeConfig": {"mac": "02:11:22:33:44:55"}, {{Ipam}}
            """))
        {
            Steps = OnePod,
        },
        new("MAC by args", Config.Bridge($$$"""
            "args": {"cni": {"mac": "02-11-22-33-44-AA"}}, {{{Ipam}}}
            """))
        {
            Steps = OnePod,
        },
        new("MAC by CNI_ARGS", Config.Bridge(Ipam))
        {
            Steps =
            [
                Add("a") with { Arguments = "IgnoreUnknown=1;MAC=02:11:22:33:44:66" },
                Check("a") with { Arguments = "IgnoreUnknown=1;MAC=02:11:22:33:44:66" },
                Del("a") with { Arguments = "IgnoreUnknown=1;MAC=02:11:22:33:44:66" },
            ],
        },
        new("MAC by all three", Config.Bridge($$$"""
            "args": {"cni": {"mac": "02:11:22:33:44:77"}}, "runtimeConfig": {"mac": "02:11:22:33:44:88"}, {{{Ipam}}}
            """))
        {
            Steps = [Add("a") with { Arguments = "MAC=02:11:22:33:44:99;IgnoreUnknown=true" }, Check("a")],
        },
        new("a bridge of the administrator", Config.Bridge(Ipam))
        {
            Steps =
            [
                Sh("ip link add cni0 address 02:00:00:00:00:01 mtu 1300 type bridge stp_state 1 ageing_time 1000"),
                .. TwoPods,
            ],
        },
        new("a bridge of the administrator that is up and has a random MAC", Config.Bridge(Ipam))
        {
            Steps = [Sh("ip link add cni0 type bridge; ip link set cni0 up"), Add("a"), Check("a"), Del("a")],
            Differences = [new("node/cni0/link/operstate", "UP", "UNKNOWN", Known.NoCarrierChange) { After = [2, 3], IsByChance = true }],
        },
        new("a bridge of the administrator with the gateway's address", Config.Bridge(Ipam))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add 10.88.0.1/24 dev cni0"),
                .. OnePod,
            ],
        },
        new("a bridge with another address", Config.Bridge(Ipam))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add 192.0.2.1/24 dev cni0"),
                NoAdd("a"),
                Del("a"),
            ],
            Differences =
            [
                .. Known.OursIsAttached(Known.OldAddress, 2),
                .. Known.OursIsGateway(Known.OldAddress, 2, 3),
            ],
        },
        new("a bridge with another address, forced", Config.Bridge($"\"forceAddress\": true, {Ipam}"))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add 192.0.2.1/24 dev cni0"),
                .. TwoPods,
            ],
        },
        new("a bridge with the same IPv4 address, shorter prefix", Config.Bridge(Ipam))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add 10.88.0.1/16 dev cni0"),
                NoAdd("a"),
                Del("a"),
            ],
            Differences =
            [
                .. Known.OursIsAttached(Known.OldAddress, 2),
                .. Known.OursIsGateway(Known.OldAddress, 2, 3),
            ],
        },
        new("a bridge with an IPv6 address of another network", Config.Gateway($"\"ranges\": [{Config.Ipv6}]"))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add fd00:99::1/64 dev cni0 nodad"),
                .. OnePod,
            ],
        },
        new("a bridge with an overlapping IPv6 address", Config.Gateway($"\"ranges\": [{Config.Ipv6}]"))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add fd00:88::5/48 dev cni0 nodad"),
                NoAdd("a"),
                Del("a"),
            ],
            Differences =
            [
                .. Known.OnlyOursSucceeds(Known.OldAddress, 2),
                new("result/*", null, "*", Known.OldAddress) { After = [2] },
                new("files/networks/podnet/fd00:88::2*", null, "*", Known.OldAddress) { After = [2] },
                new("node/cni0/address/*", null, "*", Known.OldAddress) { After = [2, 3] },
                new("node/cni0/route/*", null, "*", Known.OldAddress) { After = [2, 3] },
                new("node/*/sysctl/ipv6 forwarding", "0", "1", Known.OldAddress) { After = [2, 3] },
            ],
        },
        new("a bridge with an overlapping IPv6 address, forced", Config.Bridge($$"""
            "isGateway": true, "forceAddress": true, "ipam": {"type": "host-local", "ranges": [{{Config.Ipv6}}]}
            """))
        {
            Steps =
            [
                Sh($"{MakeBridge}; ip address add fd00:88::5/48 dev cni0 nodad; ip address add fd00:99::1/64 dev cni0 nodad"),
                .. OnePod,
            ],
        },
        new("the network's range is changed", Config.Bridge(Ipam))
        {
            Networks = new Dictionary<string, string>
            {
                ["changed"] = Config.Bridge("""
                    "isGateway": true, "ipam": {"type": "host-local", "subnet": "10.99.0.0/24"}
                    """),
            },
            Steps =
            [
                Add("a"),
                NoAdd("b") with { Network = "changed" },
                Del("b") with { Network = "changed" },
                Del("a") with { Network = "changed" },
            ],
            Differences =
            [
                .. Known.OursIsAttached(Known.OldAddress, 2),
                new("node/cni0/address/10.99.*", null, "*", Known.OldAddress) { After = [2, 3, 4] },
                new("node/cni0/route/*", null, "*", Known.OldAddress) { After = [2, 3, 4] },
            ],
        },
        new("a second interface in another network", Config.Gateway($"\"ranges\": [{Config.Ipv4}]"))
        {
            Networks = new Dictionary<string, string>
            {
                ["storage"] = """
                    {"cniVersion": "1.0.0", "name": "storage", "type": "bridge", "bridge": "cni1", "isGateway": true,
                     "ipam": {"type": "host-local", "subnet": "10.77.0.0/24"}}
                    """,
            },
            Steps =
            [
                Add("a"),
                Add("a") with { Interface = "eth1", Network = "storage" },
                Check("a"),
                Check("a") with { Interface = "eth1", Network = "storage" },
                Del("a"),
                Check("a") with { Interface = "eth1", Network = "storage" },
                Del("a") with { Interface = "eth1", Network = "storage" },
            ],
        },
        new("a second interface in the same network", Config.Bridge(Ipam))
        {
            Steps =
            [
                Add("a"),
                Add("a") with { Interface = "eth1" },
                Check("a"),
                Del("a") with { Interface = "eth1" },
                Del("a"),
            ],
        },
    ];
}

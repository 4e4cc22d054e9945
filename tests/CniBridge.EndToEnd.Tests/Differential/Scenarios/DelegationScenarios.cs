using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>
/// Scenarios of external IPAM plugins: Go's static, the same on both sides, and a script that records its calls in the compared files.
/// </summary>
static class DelegationScenarios
{
    const string Static4 = """{"address": "10.88.0.5/24", "gateway": "10.88.0.1"}""";

    const string Static6 = """{"address": "fd00:88::5/64", "gateway": "fd00:88::1"}""";

    const string Asked = "IP=10.88.0.9/24;GATEWAY=10.88.0.1;IgnoreUnknown=1";

    public static IReadOnlyList<Scenario> Table =>
    [
        .. StaticAddresses, .. StaticVersions, .. StaticRequests, .. Unusable, .. Answers, .. Calls,
    ];

    static IEnumerable<Scenario> StaticAddresses =>
    [
        new("static, IPv4", Config.Bridge(Static($"\"addresses\": [{Static4}]")))
        {
            Steps = OnePod,
            Differences = Known.ZeroMac(3),
        },
        new("static, dual stack, the bridge is the default gateway", Config.Bridge(
            $"\"isDefaultGateway\": true, {Static($"\"addresses\": [{Static4}, {Static6}]")}"))
        {
            Steps = OnePod,
        },
        new("static, IPv6 only", Config.Bridge($"\"isDefaultGateway\": true, {Static($"\"addresses\": [{Static6}]")}"))
        {
            Steps = OnePod,
        },
        new("static, gateways that are not configured", Config.Bridge($$"""
            "isDefaultGateway": true,
            {{Static("\"addresses\": [{\"address\": \"10.88.7.5/16\"}, {\"address\": \"fd00:88::7:5/64\"}]")}}
            """))
        {
            Steps = OnePod,
        },
        new("static, no gateway at all", Config.Bridge(
            Static("\"addresses\": [{\"address\": \"10.88.0.5/24\"}, {\"address\": \"fd00:88::5/64\"}]")))
        {
            Steps = OnePod,
            Differences = Known.ZeroMac(3),
        },
        new("static, a gateway that no host has", Config.Bridge(
            Static($"\"addresses\": [{Static4}], \"routes\": [{{\"dst\": \"0.0.0.0/0\"}}]")))
        {
            Steps = OnePod,
            Differences = Known.ZeroMac(3),
        },
        new("static, routes and DNS", Config.Bridge($$"""
            "isGateway": true, {{Static($$"""
                "addresses": [{{Static4}}, {{Static6}}],
                "routes": [{"dst": "10.1.0.0/16", "gw": "10.88.0.9"}, {"dst": "fd01::/64", "gw": "fd00:88::9"}, {"dst": "::/0"}],
                "dns": {"nameservers": ["192.0.2.1", "fd00::1"], "domain": "a.example", "search": ["a", "b"], "options": ["ndots:5"]}
                """)}}
            """))
        {
            Steps = OnePod,
            Differences = OursHasDns(1),
        },
        new("static, the configuration's DNS replaces its", Config.Bridge($$"""
            "isGateway": true, "dns": {"search": ["c"]},
            {{Static($"\"addresses\": [{Static4}], \"dns\": {{\"nameservers\": [\"192.0.2.1\"]}}")}}
            """))
        {
            Steps = OnePod,
        },
        new("static, two addresses of a family", Config.Bridge($$"""
            {{Static("\"addresses\": [{\"address\": \"10.88.0.5/24\"}, {\"address\": \"10.88.0.6/24\"}, {\"address\": \"10.89.0.5/24\"}]")}}
            """))
        {
            Steps = OnePod,
            Differences = Known.ZeroMac(3),
        },
    ];

    static IEnumerable<Scenario> StaticVersions => new[] { "", "0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0" }
        .Select(version => new Scenario($"static, version \"{version}\"", Config.Bridge(version, $$"""
            "isDefaultGateway": true, {{Static($$"""
                "addresses": [{{Static4}}, {{Static6}}],
                "routes": [{"dst": "10.1.0.0/16"}, {"dst": "fd01::/64", "gw": "fd00:88::9"}], "dns": {"nameservers": ["192.0.2.1"]}
                """)}}
            """))
        {
            Steps = HasCheck(version) ? [Add("a"), NoCheck("a"), Del("a"), Del("a")] : [Add("a"), Del("a"), Del("a")],
            Differences = HasCheck(version) ? [.. OursHasDns(1), .. Known.OnlyOursSucceeds(Known.Older, 2)] : OursHasDns(1),
        });

    static IEnumerable<Scenario> StaticRequests =>
    [
        new("static, CNI_ARGS", Config.Bridge($"\"isGateway\": true, {Static()}"))
        {
            Steps =
            [
                Add("a") with { Arguments = Asked },
                Add("b") with { Arguments = "IP=10.88.0.10/24;GATEWAY=10.88.0.1;K8S_POD_NAME=b;IgnoreUnknown=true" },
                Check("a") with { Arguments = Asked },
                Check("b") with { Arguments = Asked },
                Del("a") with { Arguments = Asked },
                Del("b"),
            ],
        },
        new("static, CNI_ARGS of both families", Config.Bridge($"\"isDefaultGateway\": true, {Static()}"))
        {
            Steps = [Add("a") with { Arguments = "IP=10.88.0.9/24,fd00:88::9/64;GATEWAY=10.88.0.7,fd00:88::7;IgnoreUnknown=1" }],
        },
        new("static, CNI_ARGS besides what is configured", Config.Bridge($"\"isGateway\": true, {Static($"\"addresses\": [{Static6}]")}"))
        {
            Steps = [Add("a") with { Arguments = Asked }],
        },
        new("static, CNI_ARGS that only ours knows without IgnoreUnknown", Config.Bridge($"\"isGateway\": true, {Static()}"))
        {
            Steps = [NoAdd("a") with { Arguments = "IP=10.88.0.9/24;GATEWAY=10.88.0.1" }],
            Differences = [
                .. Known.OnlyOursSucceeds(Known.Arguments, 1),
                new("result/*", null, "*", Known.Arguments),
                .. Known.OursIsThere("a", Known.Arguments, 1),
                .. Known.OursForwards(Known.Arguments, 1),
            ],
        },
        new("static, args", Config.Bridge($$$"""
            "isGateway": true, "args": {"cni": {"ips": ["10.88.0.8/24", "fd00:88::8/64"]}}, {{{Static($"\"addresses\": [{Static4}]")}}}
            """))
        {
            Steps = OnePod,
        },
        new("static, the runtime's addresses", Config.Bridge($$$"""
            "isGateway": true, "capabilities": {"ips": true}, "runtimeConfig": {"ips": ["10.88.0.8/24"]},
            "args": {"cni": {"ips": ["10.88.0.7/24"]}}, {{{Static($"\"addresses\": [{Static4}]")}}}
            """))
        {
            Steps = OnePod,
        },
    ];

    /// <summary>Scenarios of results that our plugin or static refuses, before or after the interface exists.</summary>
    static IEnumerable<Scenario> Unusable =>
    [
        new("static without an address", Config.Bridge(Static()))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [.. Known.PairStays("a", Known.FailingAdd, 1), .. Known.ZeroMac(2)],
        },
        new("static with an address that is none", Config.Bridge(Static("\"addresses\": [{\"address\": \"10.88.0.5\"}]")))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [.. Known.PairStays("a", Known.FailingAdd, 1), .. Known.ZeroMac(2)],
        },
        .. new[] { "no-such-program", "../bin/scripted", "." }.Select(type => new Scenario(
            $"address management that is not there: {type}", Config.Bridge($$$"""
                "isGateway": true, "ipam": {"type": "{{{type}}}"}
                """))
        {
            Steps = [NoAdd("a") with { ChangesNothing = true }, Del("a") with { Fails = true, ChangesNothing = true }],
            Differences = [.. Known.NoBridgeMade(1, 2), .. Known.PairStays("a", Known.FailingAdd, 1)],
        }),
    ];

    /// <summary>Scenarios of outputs, which count independently of the plugin that prints them.</summary>
    static IEnumerable<Scenario> Answers =>
    [
        .. new[]
        {
            ("1.0.0", """{"ips": [{"address": "10.88.0.9/24"}]}"""),
            ("1.0.0", """{"IPS": [{"Address": "10.88.0.9/24", "GATEWAY": "10.88.0.3"}], "unknown": [{}]}"""),
            ("1.0.0", """{"cniVersion": "", "ips": [{"address": "10.88.0.9/24", "interface": 5}], "interfaces": [{"name": "x"}]}"""),
            ("1.0.0", """{"cniVersion": "0.2.0", "ip4": {"ip": "10.88.0.9/24", "routes": [{"dst": "10.1.0.0/16", "gw": "10.88.0.3"}]}}"""),
            ("1.0.0", """{"cniVersion": "0.1.0", "ip6": {"ip": "fd00:88::9/64"}}"""),
            ("1.0.0", """{"cniVersion": "0.4.0", "ips": [{"version": "4", "address": "10.88.0.9/24"}]}"""),
            ("0.3.1", """{"ips": [{"version": "4", "address": "10.88.0.9/24"}], "routes": [{"dst": "10.1.0.0/16", "gw": "10.88.0.3"}]}"""),
            ("0.3.1", """{"cniVersion": "1.0.0", "ips": [{"address": "fd00:88::9/64"}]}"""),
            ("0.2.0", """{"ip4": {"ip": "10.88.0.9/24"}, "ip6": {"ip": "fd00:88::9/64", "gateway": "fd00:88::3"}}"""),
            ("0.2.0", """{"cniVersion": "1.0.0", "ips": [{"address": "10.88.0.9/24"}, {"address": "fd00:88::9/64"}]}"""),
            ("", """{"ip4": {"ip": "10.88.0.9/24"}}"""),
        }.Select(row => Answered(row) with { Steps = [Sh(Print(row.Item2)), Add("a"), Del("a")] }),
        // Go releases the addresses that it could parse.
        .. new[]
        {
            ("1.0.0", "null"), ("1.0.0", "{}"), ("1.0.0", """{"ip4": {"ip": "10.88.0.9/24"}}"""),
            ("0.2.0", """{"ips": [{"address": "10.88.0.9/24"}]}"""),
            ("0.3.1", """{"cniVersion": "0.2.0", "ips": [{"version": "4", "address": "10.88.0.9/24"}]}"""),
        }.Select(row => Answered(row) with { Differences = Known.PairStays("a", Known.FailingAdd, 2) }),
        .. new[]
        {
            ("1.0.0", """{"cniVersion": "9.9.9", "ips": [{"address": "10.88.0.9/24"}]}"""),
            ("1.0.0", """{"ips": [{"address": "10.88.0.9"}]}"""), ("1.0.0", """{"ips": [{"address": "10.88.0.9/24"}]} x"""),
            ("1.0.0", ""), ("1.0.0", "x"),
        }.Select(row => Answered(row) with { Differences = [.. Known.PairStays("a", Known.FailingAdd, 2), .. OursUndoes(2)] }),
    ];

    static Scenario Answered((string Version, string Answer) row) =>
        new($"version {row.Version}, answer {row.Answer}", Scripted(row.Version)) { Steps = [Sh(Print(row.Answer)), NoAdd("a")] };

    static string Print(string answer) => Script($"cat <<'END'\n{answer}\nEND");

    static IEnumerable<Scenario> Calls =>
    [
        new("calls of a life", Scripted("1.0.0"))
        {
            Steps = [Sh(Script(Addresses)), Add("a"), Add("b"), Check("a"), Del("a"), Del("a"), NoCheck("a"), Del("b")],
        },
        new("calls after the namespace is gone", Scripted("1.0.0"))
        {
            Steps = [Sh(Script(Addresses)), Add("a"), Sh("ip netns delete a"), Del("a"), Del("a")],
        },
        new("calls of a failing ADD", Scripted("1.0.0"))
        {
            Steps = [Sh(Script("[ $CNI_COMMAND = DEL ] || { echo '{\"code\": 5, \"msg\": \"no\"}'; exit 1; }")), NoAdd("a"), Del("a")],
            Differences = [.. Known.PairStays("a", Known.FailingAdd, 2), .. Known.ZeroMac(3), .. OursUndoes(2, 3)],
        },
        new("calls of an ADD that fails after its addresses", Scripted("1.0.0"))
        {
            Steps =
            [
                Sh(Script("""
                    echo '{"ips": [{"address": "10.88.0.9/24"}], "routes": [{"dst": "10.1.0.0/16", "gw": "172.16.0.1"}]}'
                    """)),
                NoAdd("a"),
                Del("a"),
            ],
            Differences =
            [
                .. Known.PairStays("a", Known.FailingAdd, 2),
                .. Known.CarrierStays(Known.FailingAdd, 2),
                .. Known.ZeroMac(3),
            ],
        },
        new("calls of a CHECK and a DEL that fail", Scripted("1.0.0"))
        {
            Steps =
            [
                Sh(Script(Addresses)),
                Add("a"),
                Sh(Script("echo '{\"code\": 5, \"msg\": \"no\"}'; exit 1")),
                NoCheck("a"),
                Del("a") with { Fails = true },
                Sh(Script("true")),
                Del("a"),
            ],
        },
        new("no calls with a namespace that is not there", Scripted("1.0.0"))
        {
            Steps = [Sh(Script(Addresses)), NoAdd("a") with { Namespace = "/run/netns/none", ChangesNothing = true }],
            Differences = Known.NoBridgeMade(2),
        },
        new("no calls when the interface is there", Scripted("1.0.0"))
        {
            Steps = [Sh(Script(Addresses)), Sh("ip -n a link add eth0 type bridge"), NoAdd("a")],
            Differences = Known.CarrierStays("Go's bridge never had a port, ours had one that is gone", 3),
        },
    ];

    const string Addresses = """
        if [ $CNI_COMMAND = ADD ]; then
          case $CNI_CONTAINERID in container-a) host=8;; *) host=9;; esac
          echo "{\"ips\": [{\"address\": \"10.88.0.$host/24\"}, {\"address\": \"fd00:88::$host/64\"}]}"
        fi
        """;

    static string Static(string keys = "") =>
        keys.Length == 0 ? """ "ipam": {"type": "static"} """ : $$$""" "ipam": {"type": "static", {{{keys}}}} """;

    static string Scripted(string version) => Config.Bridge(version, """
        "isDefaultGateway": true, "ipam": {"type": "scripted", "key": ["value"]}
        """);

    /// <summary>
    /// Returns a command that installs the script. The script records each call except for parts that always differ, and then runs the
    /// action.
    /// </summary>
    static string Script(string action) => $"""
        cat > /opt/cni/bin/scripted <<'OUTER'
        #!/bin/sh
        env | grep -E '^CNI_(COMMAND|CONTAINERID|IFNAME|NETNS|ARGS)=' | sort >> /var/lib/cni/calls
        if [ $CNI_COMMAND = ADD ]; then cat >> /var/lib/cni/calls; else cat > /dev/null; fi
        {action}
        OUTER
        chmod 755 /opt/cni/bin/scripted
        touch /var/lib/cni/calls
        """;

    /// <summary>
    /// Returns the difference that our plugin runs DEL after a failed ADD of a delegate, as the specification demands. Go leaves it to the
    /// runtime.
    /// </summary>
    static Difference[] OursUndoes(params int[] after) =>
        [new("files/calls", "*", "*CNI_COMMAND=DEL*", Known.DelegateUndone) { After = after }];

    static Difference[] OursHasDns(params int[] after) => [new("result/dns/*", null, "*", Known.Older) { After = after }];

    static bool HasCheck(string version) => version is "0.4.0" or "1.0.0";
}

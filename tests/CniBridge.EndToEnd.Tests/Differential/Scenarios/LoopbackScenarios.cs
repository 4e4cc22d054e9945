using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of the loopback plugin.</summary>
static class LoopbackScenarios
{
    public static IReadOnlyList<Scenario> Table =>
    [
        new("loopback", Config.Loopback("1.0.0"))
        {
            Steps =
            [
                NoCheck("a") with { Interface = "lo" },
                Add("a") with { Interface = "lo" },
                Check("a") with { Interface = "lo" },
                Add("a") with { Interface = "lo" },
                Del("a") with { Interface = "lo" },
                Del("a") with { Interface = "lo" },
                NoCheck("a") with { Interface = "lo" },
            ],
        },
        new("loopback by another name", Config.Loopback("1.0.0")) { Steps = OnePod },
        new("loopback without a namespace", Config.Loopback("1.0.0"))
        {
            Steps =
            [
                Del("a") with { Namespace = "" },
                Del("a") with { Namespace = "/run/netns/none" },
                NoAdd("a") with { Namespace = "/run/netns/none" },
            ],
        },
        new("loopback with an address that is none of a loopback", Config.Loopback("1.0.0"))
        {
            Steps = [Sh("ip -n a address add 10.1.2.3/32 dev lo"), NoAdd("a")],
        },
        .. new[] { "0.1.0", "0.2.0" }.Select(version => Versioned(version,
        [
            new("result/interfaces/*", "*", null, Known.LoopbackResult) { After = [1] },
            new("result/ips/*", "*", null, Known.LoopbackResult) { After = [1] },
            new("result/ip4/ip", null, "127.0.0.1/8", Known.LoopbackResult) { After = [1] },
            new("result/ip6/ip", null, "::1/128", Known.LoopbackResult) { After = [1] },
        ])),
        .. new[] { "0.3.0", "0.3.1", "0.4.0" }.Select(version => Versioned(version,
        [
            new("result/ips/*/version", null, "*", Known.LoopbackResult) { After = [1] },
        ])),
    ];

    static Scenario Versioned(string version, Difference[] differences) =>
        new($"loopback, version {version}", Config.Loopback(version))
        {
            Steps = OnePodUnchecked,
            Differences = differences,
        };
}

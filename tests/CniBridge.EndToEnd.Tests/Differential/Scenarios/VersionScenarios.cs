using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of the formats of results.</summary>
static class VersionScenarios
{
    const string Ipam = $$"""
        "ranges": [{{Config.Ipv4}}, {{Config.Ipv6}}], "routes": [{"dst": "10.1.0.0/16"}, {"dst": "fd01::/64"}]
        """;

    public static IReadOnlyList<Scenario> Table =>
    [
        new("version 0.1.0", Config.Gateway("0.1.0", Ipam)) { Steps = OnePodUnchecked },
        new("version 0.2.0", Config.Gateway("0.2.0", Ipam)) { Steps = OnePodUnchecked },
        new("version 0.3.0", Config.Gateway("0.3.0", Ipam)) { Steps = OnePodUnchecked },
        new("version 0.3.1", Config.Gateway("0.3.1", Ipam)) { Steps = OnePodUnchecked },
        new("version 0.4.0", Config.Gateway("0.4.0", Ipam))
        {
            Steps = [Add("a"), NoCheck("a"), Del("a")],
            Differences = Known.OnlyOursSucceeds(Known.Older, 2),
        },
        new("version 1.0.0", Config.Gateway("1.0.0", Ipam))
        {
            Steps = [Add("a"), NoCheck("a"), Del("a")],
            Differences = Known.OnlyOursSucceeds(Known.Older, 2),
        },
        new("no version", Config.Gateway("", Ipam)) { Steps = OnePodUnchecked },
        new("version 0.3.1 has no CHECK", Config.Gateway("0.3.1", Ipam)) { Steps = [Add("a"), NoCheck("a"), Del("a")] },
        new("an unknown version", Config.Gateway("0.9.9", Ipam)) { Steps = Refused },
        new("version 0.4.0, layer 2 only", Config.Bridge("0.4.0", "\"ipam\": {}"))
        {
            Steps = OnePodUnchecked,
            Differences = Known.ZeroMac(2),
        },
        new("version 0.2.0, layer 2 only", Config.Bridge("0.2.0", "\"ipam\": {}"))
        {
            Steps = [NoAdd("a"), Del("a")],
            Differences = [.. Known.NoBridgeMade(1, 2), .. Known.PairStays("a", Known.FailingAdd, 1)],
        },
    ];
}

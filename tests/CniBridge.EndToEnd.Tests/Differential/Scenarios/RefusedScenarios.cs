using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of invalid requests, which both plugins refuse. Our plugin changes nothing.</summary>
static class RefusedScenarios
{
    const string Ipam = "\"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.88.0.0/24\"}";

    public static IReadOnlyList<Scenario> Table =>
    [
        .. WrongRanges, .. WrongBridges, .. WrongCalls,
    ];

    static IEnumerable<Scenario> WrongRanges => new (string What, string Ipam)[]
    {
        ("no range", "\"routes\": []"),
        ("a subnet with host bits", "\"subnet\": \"10.88.0.5/24\""),
        ("a subnet that is too small", "\"subnet\": \"10.88.0.0/31\""),
        ("an IPv6 subnet that is too small", "\"subnet\": \"fd00::/127\""),
        ("no subnet", "\"ranges\": [[{\"rangeStart\": \"10.88.0.5\"}]]"),
        ("text for a subnet", "\"subnet\": \"nonsense\""),
        ("an octal subnet", "\"subnet\": \"10.088.0.0/24\""),
        ("rangeStart outside", "\"subnet\": \"10.88.0.0/24\", \"rangeStart\": \"10.89.0.1\""),
        ("rangeEnd outside", "\"subnet\": \"10.88.0.0/24\", \"rangeEnd\": \"10.89.0.1\""),
        ("rangeEnd before rangeStart",
            "\"subnet\": \"10.88.0.0/24\", \"rangeStart\": \"10.88.0.9\", \"rangeEnd\": \"10.88.0.8\""),
        ("an empty range set", "\"ranges\": [[]]"),
        ("a flat list of ranges", "\"ranges\": [{\"subnet\": \"10.88.0.0/24\"}]"),
        ("a set of two families", "\"ranges\": [[{\"subnet\": \"10.88.0.0/24\"}, {\"subnet\": \"fd00::/64\"}]]"),
        ("overlapping ranges", "\"ranges\": [[{\"subnet\": \"10.88.0.0/24\"}, {\"subnet\": \"10.88.0.0/16\"}]]"),
        ("overlapping sets", "\"ranges\": [[{\"subnet\": \"10.88.0.0/24\"}], [{\"subnet\": \"10.88.0.0/16\"}]]"),
        ("text for routes", "\"subnet\": \"10.88.0.0/24\", \"routes\": \"nonsense\""),
        ("a destination without a prefix", "\"subnet\": \"10.88.0.0/24\", \"routes\": [{\"dst\": \"10.1.0.0\"}]"),
        ("a gateway that is no address", "\"subnet\": \"10.88.0.0/24\", \"gateway\": \"10.88.0.256\""),
    }.Select(wrong => new Scenario($"host-local, {wrong.What}", Config.HostLocal(wrong.Ipam)) { Steps = Refused });

    static IEnumerable<Scenario> WrongBridges => new (string What, string Configuration)[]
    {
        ("hairpin and promiscuous mode", Config.Bridge($"\"hairpinMode\": true, \"promiscMode\": true, {Ipam}")),
        ("text for mtu", Config.Bridge($"\"mtu\": \"1500\", {Ipam}")),
        ("a number for isGateway", Config.Bridge($"\"isGateway\": 1, {Ipam}")),
        ("a vlan that is out of range", Config.Bridge($"\"vlan\": 5000, {Ipam}")),
        ("an empty bridge name",
            """
            {"cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": ""}
            """),
        ("a long bridge name",
            """
            {"cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": "a-name-of-18-bytes"}
            """),
        ("no network name", "{\"cniVersion\": \"1.0.0\", \"type\": \"bridge\"}"),
        ("a network name with a slash", "{\"cniVersion\": \"1.0.0\", \"name\": \"../etc\", \"type\": \"bridge\"}"),
    }.Select(wrong => new Scenario($"bridge, {wrong.What}", wrong.Configuration) { Steps = Refused });

    static IEnumerable<Scenario> WrongCalls =>
    [
        new("bridge, a wrong MAC", Config.Bridge($$$"""
            "runtimeConfig": {"mac": "zz"}, {{{Ipam}}}
            """))
        {
            Steps = Refused,
            Differences = Known.NoBridgeMade(1),
        },
        new("bridge, a multicast MAC", Config.Bridge($$$"""
            "runtimeConfig": {"mac": "01:00:5e:00:00:01"}, {{{Ipam}}}
            """))
        {
            Steps = Refused,
            Differences = Known.NoBridgeMade(1),
        },
        new("bridge, unknown CNI_ARGS", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Arguments = "K8S_POD_NAME=x", ChangesNothing = true }],
        },
        new("bridge, CNI_ARGS without an equals sign", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Arguments = "nonsense", ChangesNothing = true }],
        },
        new("bridge, an interface name with a slash", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Interface = "eth/0", ChangesNothing = true }],
        },
        new("bridge, an interface name that is too long", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Interface = "a-name-of-18-bytes", ChangesNothing = true }],
        },
        new("bridge, an interface name with a percent sign", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Interface = "eth%d", ChangesNothing = true }],
            Differences = [.. Known.NoBridgeMade(1), .. Known.PairStays("a", "differences.md: interface names with %", 1)],
        },
        new("bridge, a namespace that is not there", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Namespace = "/run/netns/none", ChangesNothing = true }],
            Differences = Known.NoBridgeMade(1),
        },
        new("bridge, a namespace that is a plain file", Config.Bridge(Ipam))
        {
            Steps =
            [
                Sh("echo >/run/node/file"),
                NoAdd("a") with { Namespace = "/run/node/file", ChangesNothing = true },
            ],
            Differences = Known.NoBridgeMade(2),
        },
        new("bridge, no namespace", Config.Bridge(Ipam))
        {
            Steps = [NoAdd("a") with { Namespace = "", ChangesNothing = true }],
        },
        new("bridge, the name of the bridge is another kind of link's", Config.Bridge(Ipam))
        {
            Steps = [Sh("ip link add cni0 type veth peer name other"), NoAdd("a") with { ChangesNothing = true }],
        },
        new("bridge, the node's own namespace", Config.Bridge(Ipam))
        {
            Steps = [Add("a") with { Namespace = "/proc/1/ns/net", ChangesNothing = true }],
            Differences = [
                .. Known.OnlyGoSucceeds(Known.OwnNamespace, 1),
                new("result/*", "*", null, Known.OwnNamespace),
                new("files/networks*", "*", null, Known.OwnNamespace),
                new("node/*", "*", null, Known.OwnNamespace),
            ],
        },
    ];
}

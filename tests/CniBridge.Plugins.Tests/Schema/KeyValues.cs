using System.Text.Json.Nodes;
using CniBridge.Node.ConfigurationKeys;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>The valid and invalid values of one key, as lists of JSON.</summary>
sealed record KeyValues(string Path, string Good, string Bad)
{
    const string NoText = """5, true, [], {}""";
    const string NoNumber = """ "5", true, [], {}, 0.5, 99999999999""";
    const string NoList = """5, "x", true, {}""";
    const string NoObject = """5, "x", true, []""";

    internal static IReadOnlyList<KeyValues> All { get; } =
    [
        new("cniVersion", """["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", ""]""",
            $"""["9.9.9", "1.1", "v1.1.0", " ", {NoText}]"""),
        new("name", $"""["pods", "a.b_c-D", "0", "{new string('a', 255)}"]""",
            $"""["", "../pods", ".pods", "-", "a b", "a/b", "ä", "{new string('a', 256)}", null, {NoText}]"""),

        // The bridge
        new("bridge", """["cni0", "br-pods", "a", "fifteen-bytes--", ".a", "...", "ä", null]""",
            $"""["", "sixteen-bytes---", ".", "..", "a/b", "a:b", "a b", "a\tb", "cni%d", "a\u0001b", "a\u007fb", {NoText}]"""),
        new("ipMasqBackend", """["", "iptables", "nftables", null]""", $"[{NoText}]"),
        new("nonMasqueradeCIDRs", """[[], null, ["10.0.0.0/8", "fd00::/8"]]""", $"[[null], [5], {NoList}]"),
        Subnet("nonMasqueradeCIDRs[0]", "\"10.0.0.0/8\", \"0.0.0.0/0\", \"::/0\", \"10.9.9.9/16\"", "\"\", null"),
        new("mtu", """[0, 68, 1500, 65535, "auto", null]""", """[-1, 1, 67, 65536, 1500.5, "", "Auto", "1500", true, [], {}]"""),
        new("vlan", "[0, 1, 4094, null]", $"[-1, 4095, {NoNumber}]"),
        new("vlanTrunk", """[[], null, [{"id":1}], [{"minID":1,"maxID":4094}], [{"id":7,"minID":10,"maxID":20},{"id":8}]]""",
            $$"""[[{"minID":1}], [{"maxID":1}], [null], {{NoList}}]"""),
        new("vlanTrunk[0]", """[{}, {"id":1}, {"minID":5,"maxID":5}]""", $$"""[{"minID":5}, {"maxID":5}, null, {{NoObject}}]"""),
        new("vlanTrunk[0].id", "[1, 4094, null]", $"[-1, 0, 4095, {NoNumber}]"),
        new("vlanTrunk[0].minID", "[1, 4094]", $"[-1, 0, 4095, {NoNumber}]"),
        new("vlanTrunk[0].maxID", "[1, 4094]", $"[-1, 0, 4095, {NoNumber}]"),
        new("logLevel", """["", "info", "debug", null]""", $"[\"loud\", {NoText}]"),
        new("dns", """[{}, {"nameservers":["10.0.0.10"],"domain":"d","search":["s"],"options":["o"]}, null]""", $"[{NoObject}]"),
        TextList("dns.nameservers"),
        TextOrNull("dns.nameservers[0]"),
        TextOrNull("dns.domain"),
        TextList("dns.search"),
        TextOrNull("dns.search[0]"),
        TextList("dns.options"),
        TextOrNull("dns.options[0]"),

        // Keys that the runtime adds
        new("prevResult", """[{}, {"cniVersion":"1.0.0","interfaces":[],"ips":[]}, null]""", $"[{NoObject}]"),
        new("args", """[{}, {"cni":{}}, {"other":5}, null]""", $"[{NoObject}]"),
        new("args.cni", """[{}, {"labels":[{"key":"a","value":"b"}]}, null]""", $"[{NoObject}]"),
        Mac("args.cni.mac"),
        Requests("args.cni.ips"),
        Request("args.cni.ips[0]"),
        new("runtimeConfig", """[{}, {"portMappings":[{"hostPort":80}]}, null]""", $"[{NoObject}]"),
        Mac("runtimeConfig.mac"),
        Requests("runtimeConfig.ips"),
        Request("runtimeConfig.ips[0]"),
        RangeSets("runtimeConfig.ipRanges"),
        RangeSet("runtimeConfig.ipRanges[0]"),
        Range("runtimeConfig.ipRanges[0][0]"),
        Subnet("runtimeConfig.ipRanges[0][0].subnet", "\"10.1.3.0/24\", \"10.1.3.4/30\", \"fd00:3::/64\"",
            "\"\", null, \"0.0.0.0/0\", \"::/0\""),
        Address("runtimeConfig.ipRanges[0][0].rangeStart", "10.244.1.5"),
        Address("runtimeConfig.ipRanges[0][0].rangeEnd", "10.244.1.50"),
        Address("runtimeConfig.ipRanges[0][0].gateway", "10.244.1.9"),

        new("capabilities", """[{}, {"ipRanges":true,"ips":true}, {"io.kubernetes.cri.pod-annotations":true}, null]""", $"[{NoObject}]"),

        // The ipam section. For other types than host-local, its content belongs to the other plugin.
        new("ipam", """
            [{}, {"type":""}, {"type":"host-local","subnet":"10.1.1.0/24"}, null,
             {"type":"dhcp","subnet":5,"routes":5}, {"type":"static","addresses":[{"address":"10.1.1.5/24"}]}]
            """, $"[{NoObject}]"),
        new("ipam.type", """["host-local", "static", "dhcp", "Host-Local", "", null]""", $"[{NoText}]"),
        RangeSets("ipam.ranges"),
        RangeSet("ipam.ranges[0]"),
        Range("ipam.ranges[0][0]"),
        Subnet("ipam.ranges[0][0].subnet", "\"10.1.3.0/24\", \"10.1.3.4/30\", \"fd00:3::/64\"", "\"\", null, \"0.0.0.0/0\", \"::/0\""),
        Address("ipam.ranges[0][0].rangeStart", "10.244.1.5"),
        Address("ipam.ranges[0][0].rangeEnd", "10.244.1.50"),
        Address("ipam.ranges[0][0].gateway", "10.244.1.9"),
        Subnet("ipam.subnet", "\"10.1.3.0/24\", \"10.1.3.4/30\", \"fd00:3::/64\", \"\", null", "\"0.0.0.0/0\", \"::/00\""),
        Address("ipam.rangeStart", "10.244.1.5"),
        Address("ipam.rangeEnd", "10.244.1.50"),
        Address("ipam.gateway", "10.244.1.9"),
        new("ipam.routes", """[[], null, [{"dst":"0.0.0.0/0"}, {"dst":"::/0"}]]""", $"[[null], [5], {NoList}]"),
        new("ipam.routes[0]", """[{"dst":"0.0.0.0/0"}, {"dst":"10.0.0.0/8","gw":"10.1.2.3","mtu":1400,"advmss":1360}]""",
            $$"""[{}, {"gw":"10.1.2.3"}, null, {{NoObject}}]"""),
        Subnet("ipam.routes[0].dst", "\"0.0.0.0/0\", \"::/0\", \"10.9.9.9/16\", \"10.0.0.1/32\"", "\"\", null, \"default\""),
        Address("ipam.routes[0].gw", "10.1.2.3"),
        Count("ipam.routes[0].mtu"),
        Count("ipam.routes[0].advmss"),
        LongCount("ipam.routes[0].priority"),
        LongCount("ipam.routes[0].table"),
        new("ipam.routes[0].scope", "[0, 253, 255, null]", $"[-1, 256, {NoNumber}]"),
        PathOrNull("ipam.dataDir"),
        new("ipam.exclude", """[[], null, ["10.1.1.5"], ["10.1.1.0/28", "10.1.1.9-10.1.1.20", "fd00::/80"]]""", $"[[null], [5], {NoList}]"),
        new("ipam.exclude[0]", """["10.1.1.5", "10.1.1.0/28", "10.1.1.9-10.1.1.20", "fd00::5", "fd00::1-fd00::9"]""",
            $$"""["", "x", "10.1.1.5-", "-10.1.1.5", "10.1.1.0/x", null, {{NoText}}]"""),
        new("ipam.reuseDelay", "[0, 30, 86400, null]", $"[-1, 86401, {NoNumber}]"),
        new("ipam.lockTimeout", "[1, 10, 60, null]", $"[0, 61, -1, {NoNumber}]"),
        PathOrNull("ipam.stateDir"),
        PathOrNull("ipam.resolvConf"),

        .. KeyTable.Bridge.Where(key => key.Value.Type == KeyType.Boolean).Select(key => Truth(key.Key)),
    ];

    /// <summary>Values that the schema accepts and the plugins refuse, because a schema cannot express the rule legibly.</summary>
    internal static IReadOnlyList<(string Keys, string Why)> OnlyPluginsRefuse { get; } =
    [
        ("""{"mtu":1500.0}""", "a whole number is one to a schema however it is written"),
        ("""{"vlan":1e2}""", "as above"),
        ("""{"bridge":"ääääääää"}""", "the kernel counts bytes, a schema characters"),
        ("""{"args":{"cni":{"mac":"01:00:5e:00:00:01"}}}""", "a multicast address"),
        ("""{"runtimeConfig":{"mac":"00:00:00:00:00:00"}}""", "no address"),
        ("""{"vlanTrunk":[{"minID":20,"maxID":10}]}""", "one value against another"),
        ("""{"vlanTrunk":[{"minID":20,"maxID":null}]}""", "a key that is there and null counts as absent"),
        ("""{"bridge":"eleven-byte","vlan":1000,"isGateway":true,"ipam":{"type":"static"}}""", "the two together are a link's name"),
        ("""{"ipam":{"type":"host-local"}}""", "the ranges may come with the capability ipRanges"),
        ("""{"ipam":{"type":"host-local","ranges":[]}}""", "as above"),
        (Ipam("\"subnet\":\"10.1.1.0/33\""), "the length of a prefix depends on the family"),
        (Ipam("\"subnet\":\"10.1.1.256/24\""), "a pattern for whole addresses would be illegible"),
        (Ipam("\"subnet\":\"::ffff:0.0.0.0/96\""), "the length of an IPv4 network in IPv6 form"),
        (Ipam("\"subnet\":\"10.1.1.0/31\""), "too small to hand anything out"),
        (Ipam("\"subnet\":\"10.1.1.5/24\""), "host bits"),
        (Ipam("\"subnet\":\"10.1.1.0/24\",\"rangeStart\":\"10.1.2.5\""), "one value against another"),
        (Ipam("\"subnet\":\"10.1.1.0/24\",\"rangeStart\":\"10.1.1.9\",\"rangeEnd\":\"10.1.1.5\""), "as above"),
        (Ipam("\"ranges\":[[{\"subnet\":\"10.1.1.0/24\"},{\"subnet\":\"fd00::/64\"}]]"), "as above"),
        (Ipam("\"ranges\":[[{\"subnet\":\"10.1.1.0/24\"}],[{\"subnet\":\"10.1.0.0/16\"}]]"), "as above"),
        (Ipam("\"subnet\":\"10.1.1.0/24\",\"exclude\":[\"10.1.1.9-10.1.1.5\"]"), "as above"),
        (Ipam("\"subnet\":\"10.1.1.0/24\",\"routes\":[{\"dst\":\"::/0\",\"gw\":\"10.1.1.1\"}]"), "as above"),
    ];

    /// <summary>Values that the schema refuses and the plugins ignore.</summary>
    internal static IReadOnlyList<(string Keys, string Why)> OnlyTheSchemaRefuses { get; } =
    [
        ("""{"ipMasqBackend":"ufw"}""", "read only where there is masquerading"),
        ("""{"cniVersion":null}""", "libcni refuses it"),
        ("""{"capabilities":{"mac":5}}""", "libcni refuses it, and no plugin reads it"),
        (Ipam("\"ranges\":[[{\"Subnet\":\"10.1.1.0/24\"}]]"), "a schema knows one spelling of a key"),
        (Ipam("\"ranges\":[[{\"subnet\":\"10.1.1.0/24\"}]],\"gateway\":\"x\""), "read only beside subnet"),
        ("""{"runtimeConfig":{"ips":["x"]}}""", "read only by address management"),
        ("""{"args":{"cni":{"mac":"x"}},"runtimeConfig":{"mac":"02:00:5e:00:53:01"}}""", "only the first that is given counts"),
    ];

    /// <summary>Rules between keys that schema and plugins both check.</summary>
    internal static IReadOnlyList<(string Keys, bool IsGood)> Together { get; } =
    [
        ("""{"ipMasq":true,"ipMasqBackend":"ufw"}""", false),
        ("""{"ipMasq":true,"ipMasqBackend":"nftables","nonMasqueradeCIDRs":["10.0.0.0/8"]}""", true),
        ("""{"hairpinMode":true,"promiscMode":true}""", false),
        ("""{"hairpinMode":true,"promiscMode":false}""", true),
        ("""{"hairpinMode":true,"promiscMode":null}""", true),
        ("""{"hairpinMode":false,"promiscMode":true}""", true),
        ("""{"hairpinMode":null,"promiscMode":true}""", true),
        ("""{"disableContainerInterface":true,"ipam":{"type":"host-local","subnet":"10.1.1.0/24"}}""", false),
        ("""{"disableContainerInterface":true,"ipam":{"type":"static"}}""", false),
        ("""{"disableContainerInterface":true,"ipam":{"type":""}}""", true),
        ("""{"disableContainerInterface":true,"ipam":{"type":null}}""", true),
        ("""{"disableContainerInterface":true,"ipam":{}}""", true),
        ("""{"disableContainerInterface":true,"ipam":null}""", true),
        ("""{"disableContainerInterface":false,"ipam":{"type":"static"}}""", true),
        ("""{"disableContainerInterface":null,"ipam":{"type":"static"}}""", true),
        ("""{"unknown":[5],"IPAM2":5,"cni.dev/x":true,"$schema":"./cni-bridge.schema.json"}""", true),
        (Ipam("\"subnet\":\"10.1.1.0/24\",\"unknown\":5,\"routes\":[{\"dst\":\"::/0\",\"unknown\":5}]"), true),
    ];

    static string Ipam(string keys) => $"{{\"ipam\":{{\"type\":\"host-local\",{keys}}}}}";

    static KeyValues Truth(string path) => new(path, "[true, false, null]", """["true", "", 0, 1, [], {}]""");

    static KeyValues TextOrNull(string path, string bad = "5") => new(path, """["a b/c", "", null]""", $"[{bad}, {NoText}]");

    static KeyValues PathOrNull(string path) =>
        new(path, """["/a b/c", "", null]""", $$"""["a b/c", "./a", "/a\u0000b", {{NoText}}]""");

    static KeyValues TextList(string path) => new(path, """[[], ["a", "b"], null]""", $"[[5], [[]], {NoList}]");

    static KeyValues Count(string path) => new(path, "[0, 1, 2147483647, null]", $"[-1, 2147483648, {NoNumber}]");

    static KeyValues LongCount(string path) =>
        new(path, "[0, 1, 2147483648, 4294967295, null]", $"[-1, 4294967296, 99999999999999999999, {NoNumber}]");

    static KeyValues Mac(string path) => new(path,
        """["02:00:5e:00:53:01", "02-00-5E-00-53-01", "0200.5e00.5301", "", null]""",
        $"""["02:00:5e:00:53", "02:00:5e-00:53:01", "02:00:5e:00:53:0g", "02005e005301", " ", {NoText}]""");

    static KeyValues Requests(string path) => new(path, """[[], ["10.1.2.3", "fd00::5/64"], null]""", $"""[[null], [""], {NoList}]""");

    static KeyValues Request(string path) => new(path,
        """["10.1.2.3", "10.1.2.3/24", "fd00::5"]""", $"""["", "pod", "10.1.2.3/", "10.1.2.3/x", null, {NoText}]""");

    static KeyValues RangeSets(string path) => new(path,
        """[[], null, [[{"subnet":"10.2.0.0/16"}]], [[{"subnet":"10.2.0.0/16"}],[{"subnet":"fd00:2::/64"}]]]""",
        $$"""[[{"subnet":"10.2.0.0/16"}], [[]], [null], [[null]], {{NoList}}]""");

    static KeyValues RangeSet(string path) => new(path,
        """[[{"subnet":"10.2.0.0/16"},{"subnet":"10.3.0.0/16"}]]""", $"[[], [null], null, {NoList}]");

    static KeyValues Range(string path) => new(path,
        """[{"subnet":"10.2.0.0/16","rangeStart":"10.2.0.9"}, {"subnet":"fd00:2::/64","gateway":"fd00:2::9"}]""",
        $$"""[{}, {"rangeStart":"10.2.0.9"}, null, {{NoObject}}]""");

    static KeyValues Subnet(string path, string good, string bad = "\"x\"") =>
        new(path, $"[{good}]", $"""["10.1.3.0", "10.1.3.0/", "10.1.3.0/x", "/24", "pods/24", {bad}, {NoText}]""");

    static KeyValues Address(string path, string good) =>
        new(path, $"""["{good}", "", null]""", $"""["{good}/24", "{good}x", "gateway", " ", {NoText}]""");

    internal static IEnumerable<JsonNode?> Read(string list) => JsonNode.Parse(list)!.AsArray();
}

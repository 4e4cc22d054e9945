using static CniBridge.Node.ConfigurationKeys.ConfigurationKey;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The keys of the plugin host-local, in the object ipam.</summary>
static class HostLocalKeys
{
    internal static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        List("ranges", "Range sets. The pod gets one address from each, so an IPv4 and an IPv6 set make it dual-stack.", RangeSet,
            """
            [[{ "subnet": "10.244.1.0/24" }]],
            [[{ "subnet": "10.244.1.0/24" }], [{ "subnet": "fd00:10:244:1::/64" }]]
            """),
        Text("subnet", "The subnet of a single range, for a network without ranges. From /1 to /30, or /126 for IPv6.",
            TextFormat.OptionalSubnet, "\"10.244.1.0/24\""),
        Address("rangeStart", "First assignable address of the subnet. The default is the subnet's first address.", "10.244.1.10"),
        Address("rangeEnd", "Last assignable address of the subnet. The default is the subnet's last, without the IPv4 broadcast address.",
            "10.244.1.250"),
        Address("gateway", "Gateway address of the subnet, never assigned to a pod. The default is the subnet's first address.",
            "10.244.1.1"),
        List("routes", "Routes of the pod, in addition to the default route of isDefaultGateway.", Route,
            """[{ "dst": "0.0.0.0/0" }], [{ "dst": "192.168.0.0/16", "gw": "10.244.1.2" }]"""),
        Directory("dataDir", "Directory of the reservations, with one subdirectory per network. It must exist as long as the pods.",
            "/var/lib/cni/networks"),
        List("exclude", "Addresses that are never assigned: single addresses, networks, and spans as FIRST-LAST.",
            TextItem("An address, a network, or the first and the last address of a span.", TextFormat.Span,
                "\"10.244.1.5\", \"10.244.1.16/28\", \"10.244.1.200-10.244.1.250\""),
            """["10.244.1.5", "10.244.1.16/28", "10.244.1.200-10.244.1.250"]"""),
        Number("reuseDelay", "Seconds before a released address is reused while others are free. With 0 it is still the last in turn.",
            0, 86400, "30").WithDefault("0"),
        Number("lockTimeout", "Seconds to wait for the lock of the network's reservations.", 1, 60, "10").WithDefault("10"),
        Directory("stateDir", "Directory of the records about reservations. Without records, no reservation can be proven dead.",
            "/var/lib/cni-bridge/owners"),
        Text("resolvConf", "File with the pod's DNS settings, in the format of resolv.conf. The key dns of the bridge replaces them.",
            TextFormat.AbsolutePath, "\"/etc/resolv.conf\""),
    ];

    internal static ConfigurationKey RangeSet =>
        List("", "Ranges of one address family. The pod gets an address of the first range with a free one.", Range,
            """[{ "subnet": "10.244.1.0/24" }]""") with
        {
            IsNullable = false,
            MinItems = 1,
            Definition = "rangeSet",
        };

    internal static ConfigurationKey Range =>
        Object("", "Addresses of one subnet; a list of such ranges is a range set.", """{ "subnet": "10.244.1.0/24" }""",
            Text("subnet", "The range's subnet, from /1 to /30, or /126 for IPv6.", TextFormat.Subnet,
                "\"10.244.1.0/24\", \"fd00:10:244:1::/64\"").AsRequired(),
            Address("rangeStart", "First assignable address. The default is the subnet's first address.", "10.244.1.10"),
            Address("rangeEnd", "Last assignable address. The default is the subnet's last, without the IPv4 broadcast address.",
                "10.244.1.250"),
            Address("gateway", "Gateway address of the range, never assigned to a pod. The default is the subnet's first address.",
                "10.244.1.1")) with
        {
            IsNullable = false,
            Definition = "range",
        };

    internal static ConfigurationKey Route =>
        Object("", "One route of the pod.", """{ "dst": "0.0.0.0/0" }""",
            Text("dst", "Destination of the route. 0.0.0.0/0 or ::/0 is the default route.", TextFormat.Network,
                "\"0.0.0.0/0\", \"::/0\"").AsRequired(),
            Address("gw", "Gateway of the route. The default is the range's gateway, or none for scope link or host.", "10.244.1.2"),
            Number("mtu", "MTU of this route in bytes. 0 is the link's MTU.", 0, int.MaxValue, "1400").WithDefault("0"),
            Number("advmss", "Advertised TCP segment size (advmss). 0 is the kernel's default.", 0, int.MaxValue, "1360").WithDefault("0"),
            Number("priority", "Metric of the route. The lowest metric to a destination counts. 0 is the kernel's default.",
                0, uint.MaxValue, "100").WithDefault("0"),
            Number("table", "Number of the routing table. The default is the main table, 254.", 0, uint.MaxValue, "254"),
            Number("scope", "Scope of the route: 0 for global, 253 for link, 254 for host.", 0, byte.MaxValue, "253")) with
        {
            IsNullable = false,
            Definition = "route",
        };

    static ConfigurationKey Address(string name, string meaning, string example) =>
        Text(name, meaning, TextFormat.Address, $"\"{example}\"");

    static ConfigurationKey Directory(string name, string meaning, string path) =>
        Text(name, meaning, TextFormat.AbsolutePath, $"\"{path}\"").WithDefault($"\"{path}\"");
}

using static CniBridge.Node.ConfigurationKeys.ConfigurationKey;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The keys of the plugin portmap.</summary>
static class PortMapKeys
{
    const int MaxPort = 65535;

    internal static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Switch("snat", "The pod itself, pods on its bridge and 127.0.0.1 reach its ports, too, with the node's address.", isOn: true),
        Switch("masqAll", "The pod sees the node's address for all connections over its host ports. Requires snat."),
        Text("backend", "Both values create the ports in nftables.", null, "\"nftables\"") with { Values = ["iptables", "nftables"] },
        Number("markMasqBit", "Accepted for compatibility with other portmap plugins. It has no effect.", 0, 31, "13"),
        Text("externalSetMarkChain", "An iptables chain. Refused, because iptables is not used.", null, "\"\"") with
        {
            Values = [""],
            Limits = "empty",
        },
        Conditions("conditionsV4", "Conditions of iptables. Refused, because iptables is not used."),
        Conditions("conditionsV6", "Conditions of ip6tables. Refused, because ip6tables is not used."),
        PluginKeys.RuntimeConfiguration("""{ "portMappings": [{ "hostPort": 8080, "containerPort": 80, "protocol": "tcp" }] }""",
            List("portMappings", "Port mappings from the node to the pod.", PortMapping,
                """[{ "hostPort": 8080, "containerPort": 80, "protocol": "tcp" }]""")),
    ];

    internal static ConfigurationKey PortMapping =>
        Object("", "One port mapping.", """{ "hostPort": 8080, "containerPort": 80 }""",
            Port("hostPort", "Port of the node.", "8080"),
            Port("containerPort", "Port of the pod.", "80"),
            Text("protocol", "The protocol. Its case does not matter.", TextFormat.Protocol, "\"tcp\", \"udp\", \"sctp\"")
                .WithDefault("\"tcp\""),
            Text("hostIP", "Address of the node: 0.0.0.0 for any IPv4, :: for any IPv6; absent for any of both.", TextFormat.Address,
                "\"192.0.2.1\", \"0.0.0.0\"")) with
        {
            IsNullable = false,
            Definition = "portMapping",
        };

    static ConfigurationKey Port(string name, string meaning, string example) =>
        Number(name, meaning, 1, MaxPort, example).AsRequired();

    static ConfigurationKey Conditions(string name, string meaning) =>
        List(name, meaning, null, "[]") with { MaxItems = 0, Limits = "empty" };
}

using static CniBridge.Node.ConfigurationKeys.ConfigurationKey;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The keys of the plugin bridge.</summary>
static class BridgeKeys
{
    const int MaxVlan = 4094;

    internal static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Text("bridge", "Name of the Linux bridge of the pods. It is created if it does not exist.", TextFormat.LinkName, "\"cni0\"") with
        {
            Default = "\"cni0\"",
            MinLength = 1,
            MaxLength = 15,
        },
        Switch("isGateway", "The bridge has the pods' gateway addresses, and the node forwards packets."),
        Switch("isDefaultGateway", "As isGateway, and pods get a default route through the bridge."),
        Switch("forceAddress", "Replace a conflicting address of the bridge even while pods use it."),
        Switch("ipMasq", "Traffic of pods to destinations outside their network gets the node's address (masquerade)."),
        Switch("isMasq", "The name of ipMasq in old tutorials. True has the same effect as ipMasq.") with { Deprecation = "Write ipMasq." },
        Text("ipMasqBackend", "Used with ipMasq only. Both values create one nftables rule per network.", null, "\"nftables\"") with
        {
            Values = ["", "iptables", "nftables"],
        },
        List("nonMasqueradeCIDRs", "Destinations that ipMasq does not masquerade, such as the pod CIDRs of other nodes.",
            TextItem("A network of IPv4 or IPv6.", TextFormat.Network, "\"10.244.0.0/16\", \"fd00:10:244::/48\""),
            """["10.244.0.0/16", "fd00:10:244::/48"]"""),
        Mtu,
        Switch("hairpinMode",
            "Traffic may leave through its input port: a pod reaches itself through a service. Not with promiscMode."),
        Switch("promiscMode", "The bridge receives all frames that pass it. Not with hairpinMode."),
        Number("vlan", "VLAN of the pod's untagged frames, 1 to 4094, or 0 for none; its gateway is on a link named BRIDGE.VLAN.",
            0, MaxVlan, "100").WithDefault("0"),
        VlanTrunk,
        Switch("preserveDefaultVlan", "The port keeps the default VLAN of the bridge, in addition to those of vlan and vlanTrunk."),
        Switch("macspoofchk", "Drop frames of the pod with another source MAC address than its own."),
        Switch("enabledad", "Wait for IPv6 duplicate address detection in the pod (one to two seconds) instead of skipping it."),
        Switch("disableContainerInterface",
            "Leave the container interface down, for another program to configure. Layer 2 only, so not with ipam."),
        Switch("portIsolation", "The pod reaches the gateway, but no other isolated pod of the bridge."),
        Dns,
        PluginKeys.Arguments(
            Text("mac", "The pod's MAC address, unless runtimeConfig has one. The default is random.", TextFormat.Mac,
                "\"02:00:5e:00:53:01\""),
            RequestedAddresses("Requested addresses of the ranges, at most one per range set.")),
        PluginKeys.LogLevel,
        PluginKeys.RuntimeConfiguration("""{ "ips": ["10.244.1.77"] }""",
            Text("mac", "The pod's MAC address. It takes precedence over args.cni.mac.", TextFormat.Mac, "\"02:00:5e:00:53:01\""),
            RequestedAddresses("Requested addresses of the ranges, in addition to those of args.cni.ips."),
            List("ipRanges", "Range sets that are used before those of ipam.", HostLocalKeys.RangeSet,
                """[[{ "subnet": "10.244.3.0/24" }]]""")),
    ];

    /// <summary>Rules between keys, in the language of JSON Schema.</summary>
    internal const string Rules = """
        "allOf": [
          {
            "if": { "required": ["hairpinMode"], "properties": { "hairpinMode": { "const": true } } },
            "then": { "properties": { "promiscMode": { "enum": [false, null] } } }
          },
          {
            "if": { "required": ["disableContainerInterface"], "properties": { "disableContainerInterface": { "const": true } } },
            "then": { "properties": { "ipam": { "properties": { "type": { "enum": ["", null] } } } } }
          }
        ]
        """;

    static ConfigurationKey Mtu => new("mtu", KeyType.Integer | KeyType.Text,
        "MTU of veth pair and new bridge, 68 to 65535; 0: kernel's default; auto: that of the default route's link.")
    {
        Default = "0",
        Limits = "0, 68 to 65535, or `auto`",
        Examples = "\"auto\", 1450, 9000",
        Rules = """
            "if": { "type": "string" },
            "then": { "const": "auto" },
            "else": { "if": { "not": { "const": 0 } }, "then": { "minimum": 68, "maximum": 65535 } }
            """,
    };

    static ConfigurationKey VlanTrunk =>
        List("vlanTrunk", "VLANs that the pod receives with their tags: single VLANs or ranges.",
            Object("", "One VLAN (id), those from minID to maxID, or both.", """{ "id": 100 }, { "minID": 200, "maxID": 300 }""",
                Number("id", "A single VLAN, 1 to 4094.", 1, MaxVlan, "100"),
                Number("minID", "First VLAN of a range, 1 to 4094. Requires maxID.", 1, MaxVlan, "200"),
                Number("maxID", "Last VLAN of a range, 1 to 4094. Requires minID.", 1, MaxVlan, "300")) with
            {
                IsNullable = false,
                Rules = """ "dependencies": { "minID": ["maxID"], "maxID": ["minID"] } """,
            },
            """[{ "id": 100 }, { "minID": 200, "maxID": 300 }]""");

    static ConfigurationKey Dns =>
        Object("dns", "The pod's DNS settings. They replace those of the IPAM plugin.", """{ "nameservers": ["10.96.0.10"] }""",
            Texts("nameservers", "Addresses of name servers, in the order of their use.", "10.96.0.10"),
            Text("domain", "The local domain of short names.", null, "\"cluster.local\""),
            Texts("search", "Search domains for short names, in this order.", "cluster.local"),
            Texts("options", "Options of the resolver, as in resolv.conf.", "ndots:5"));

    static ConfigurationKey Texts(string name, string meaning, string example) =>
        List(name, meaning, Text("", "", null, $"\"{example}\""), $"[\"{example}\"]");

    static ConfigurationKey RequestedAddresses(string meaning) =>
        List("ips", meaning, TextItem("", TextFormat.RequestedAddress, "\"10.244.1.77\""), "[\"10.244.1.77\"]");
}

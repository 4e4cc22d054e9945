using static CniBridge.Linux.Conntrack.ConntrackConstants;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Tracing;

/// <summary>
/// The attributes that may stand at one place of a message. The kernel marks only some of the attributes that contain others, so the
/// scope also knows the unmarked ones.
/// </summary>
/// <param name="prefix">The common start of the attribute names in the kernel's headers.</param>
/// <param name="find">
/// Returns the scope inside an attribute, or null if the attribute contains a value. Its second argument is the last text of the same
/// scope: the kind of a link, or the name of an nftables expression.
/// </param>
sealed class AttributeScope(string prefix, Func<ushort, string, AttributeScope?>? find = null)
{
    internal string Prefix => prefix;

    /// <summary>The fields in front of the attributes.</summary>
    internal HeaderField[] Header { get; init; } = [];

    internal AttributeScope? Find(ushort type, string lastText) => find?.Invoke(type, lastText);

    /// <summary>The attributes inside an attribute that is marked as nested, but not known.</summary>
    internal static readonly AttributeScope Unknown = new("attribute");

    internal static readonly AttributeScope Error = new("NLMSGERR_ATTR");

    static readonly HeaderField[] s_linkHeader =
    [
        new("ifi_family", 1), new(null, 1), new("ifi_type", 2), new("ifi_index", 4), new("ifi_flags", 4) { IsBits = true },
        new("ifi_change", 4) { IsBits = true },
    ];

    internal static readonly AttributeScope Link = new("IFLA", (type, _) => type switch
    {
        IFLA_LINKINFO => s_linkInfo,
        IFLA_AF_SPEC => s_families,
        _ => null,
    })
    { Header = s_linkHeader };

    /// <summary>The attributes of a link in a message of the family AF_BRIDGE.</summary>
    internal static readonly AttributeScope BridgeLink = new("IFLA", (type, _) => type switch
    {
        IFLA_AF_SPEC => s_bridgeFamily,
        IFLA_PROTINFO => s_bridgePort,
        _ => null,
    })
    { Header = s_linkHeader };

    internal static readonly AttributeScope Address = new("IFA")
    {
        Header =
        [
            new("ifa_family", 1), new("ifa_prefixlen", 1), new("ifa_flags", 1) { IsBits = true }, new("ifa_scope", 1),
            new("ifa_index", 4),
        ],
    };

    internal static readonly AttributeScope Route = new("RTA", FindInRoute)
    {
        Header =
        [
            new("rtm_family", 1), new("rtm_dst_len", 1), new("rtm_src_len", 1), new("rtm_tos", 1), new("rtm_table", 1),
            new("rtm_protocol", 1), new("rtm_scope", 1), new("rtm_type", 1), new("rtm_flags", 4) { IsBits = true },
        ],
    };

    internal static readonly AttributeScope Neighbour = new("NDA")
    {
        Header =
        [
            new("ndm_family", 1), new(null, 1), new(null, 2), new("ndm_ifindex", 4), new("ndm_state", 2) { IsBits = true },
            new("ndm_flags", 1) { IsBits = true }, new("ndm_type", 1),
        ],
    };

    internal static readonly AttributeScope NamespaceId = new("NETNSA") { Header = [new("rtgen_family", 1), new(null, 1), new(null, 2)] };

    internal static readonly AttributeScope Vlan = new("BRIDGE_VLANDB", (_, _) => s_vlanEntry)
    {
        Header = [new("family", 1), new(null, 1), new(null, 2), new("ifindex", 4)],
    };

    static readonly HeaderField[] s_netfilterHeader =
        [new("nfgen_family", 1), new("version", 1), new("res_id", 2) { IsBigEndian = true }];

    internal static readonly AttributeScope Batch = new("NFNL_BATCH") { Header = s_netfilterHeader };
    internal static readonly AttributeScope Connection = new("CTA", (type, _) => type switch
    {
        CTA_TUPLE_ORIG or CTA_TUPLE_REPLY => s_tuple,
        CTA_FILTER => s_filter,
        _ => null,
    })
    { Header = s_netfilterHeader };
    internal static readonly AttributeScope OtherNetfilter = new("attribute") { Header = s_netfilterHeader };
    internal static readonly AttributeScope Table = new("NFTA_TABLE") { Header = s_netfilterHeader };
    internal static readonly AttributeScope Generation = new("NFTA_GEN") { Header = s_netfilterHeader };

    internal static readonly AttributeScope Chain = new("NFTA_CHAIN", (type, _) => type == NFTA_CHAIN_HOOK ? s_hook : null)
    {
        Header = s_netfilterHeader,
    };

    internal static readonly AttributeScope Rule = new("NFTA_RULE", (type, _) => type == NFTA_RULE_EXPRESSIONS ? s_expressions : null)
    {
        Header = s_netfilterHeader,
    };

    internal static readonly AttributeScope Set = new("NFTA_SET", (type, _) => type == NFTA_SET_DESC ? s_setDescription : null)
    {
        Header = s_netfilterHeader,
    };

    internal static readonly AttributeScope SetElements =
        new("NFTA_SET_ELEM_LIST", (type, _) => type == NFTA_SET_ELEM_LIST_ELEMENTS ? s_elements : null) { Header = s_netfilterHeader };

    // Parts of a link
    static readonly AttributeScope s_linkInfo = new("IFLA_INFO", (type, kind) => (type, kind) switch
    {
        (IFLA_INFO_DATA, "bridge") => s_bridge,
        (IFLA_INFO_DATA, "veth") => s_veth,
        (IFLA_INFO_SLAVE_DATA, "bridge" or "bridge_slave") => s_bridgePort,
        (IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA, _) => Unknown,
        _ => null,
    });
    static readonly AttributeScope s_bridge = new("IFLA_BR");
    static readonly AttributeScope s_bridgePort = new("IFLA_BRPORT");
    static readonly AttributeScope s_bridgeFamily = new("IFLA_BRIDGE");
    static readonly AttributeScope s_veth = new("VETH_INFO", (_, _) => s_peer);
    static readonly AttributeScope s_peer = new("IFLA") { Header = s_linkHeader };

    // The attributes of IFLA_AF_SPEC have the numbers of address families.
    static readonly AttributeScope s_families = new("AF", (family, _) =>
        family == LibC.AF_INET ? s_inet : family == LibC.AF_INET6 ? s_inet6 : null);
    static readonly AttributeScope s_inet = new("IFLA_INET");
    static readonly AttributeScope s_inet6 = new("IFLA_INET6");
    static readonly AttributeScope s_vlanEntry = new("BRIDGE_VLANDB_ENTRY");

    // Parts of a route
    static AttributeScope? FindInRoute(ushort type, string lastText) => type switch
    {
        RTA_METRICS => s_metrics,
        RTA_MULTIPATH => s_nextHops,
        _ => null,
    };

    static readonly AttributeScope s_metrics = new("RTAX");
    // struct rtnexthop begins like an attribute: its length, then two bytes (flags and hops) as the type.
    static readonly AttributeScope s_nextHops = new("rtnexthop", (_, _) => s_nextHop);
    static readonly AttributeScope s_nextHop = new("RTA", FindInRoute) { Header = [new("rtnh_ifindex", 4)] };

    // Parts of a connection
    static readonly AttributeScope s_tuple = new("CTA_TUPLE", (type, _) => type switch
    {
        CTA_TUPLE_IP => s_addresses,
        CTA_TUPLE_PROTO => s_ports,
        _ => null,
    });
    static readonly AttributeScope s_addresses = new("CTA_IP");
    static readonly AttributeScope s_ports = new("CTA_PROTO");
    static readonly AttributeScope s_filter = new("CTA_FILTER");

    // Parts of nftables objects
    static readonly AttributeScope s_hook = new("NFTA_HOOK");
    static readonly AttributeScope s_setDescription =
        new("NFTA_SET_DESC", (type, _) => type == NFTA_SET_DESC_CONCAT ? s_setFields : null);
    static readonly AttributeScope s_setFields = new("NFTA_LIST", (_, _) => s_setField);
    static readonly AttributeScope s_setField = new("NFTA_SET_FIELD");
    static readonly AttributeScope s_elements = new("NFTA_LIST", (_, _) => s_element);
    static readonly AttributeScope s_element = new("NFTA_SET_ELEM", (type, _) => type switch
    {
        NFTA_SET_ELEM_KEY or NFTA_SET_ELEM_DATA or NFTA_SET_ELEM_KEY_END => s_data,
        _ => null,
    });
    static readonly AttributeScope s_data = new("NFTA_DATA", (type, _) => type == NFTA_DATA_VERDICT ? s_verdict : null);
    static readonly AttributeScope s_verdict = new("NFTA_VERDICT");
    static readonly AttributeScope s_expressions = new("NFTA_LIST", (_, _) => s_expression);
    static readonly AttributeScope s_expression =
        new("NFTA_EXPR", (type, name) => type == NFTA_EXPR_DATA ? CreateExpression(name) : null);

    static AttributeScope CreateExpression(string name) => new($"NFTA_{name.ToUpperInvariant()}", (type, _) => (name, type) switch
    {
        ("bitwise", NFTA_BITWISE_MASK or NFTA_BITWISE_XOR) => s_data,
        ("cmp", NFTA_CMP_DATA) => s_data,
        ("immediate", NFTA_IMMEDIATE_DATA) => s_data,
        ("range", NFTA_RANGE_FROM_DATA or NFTA_RANGE_TO_DATA) => s_data,
        _ => null,
    });
}

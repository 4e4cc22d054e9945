namespace CniBridge.Lab.Captures;

/// <summary>
/// The attributes at one place of a message. Written without the product's tables, because the tests compare the two.
/// </summary>
/// <param name="Member">A name of the enumeration of the attributes, as <see cref="KernelHeaders.Find"/> expects it.</param>
/// <param name="Element">The scope inside each attribute of a list; null for other scopes.</param>
/// <param name="Header">The fixed fields in front of the attributes.</param>
sealed record AttributeScope(string Member, AttributeScope? Element = null, params HeaderField[] Header)
{
    static readonly HeaderField[] LinkHeader =
        [new("ifi_family", 1), HeaderField.Padding(1), new("ifi_type", 2), new("ifi_index", 4), new("ifi_flags", 4), new("ifi_change", 4)];

    static readonly HeaderField[] VlanHeader = [new("family", 1), HeaderField.Padding(3), new("ifindex", 4)];

    static readonly HeaderField[] NetfilterHeader = [new("nfgen_family", 1), new("version", 1), new("res_id", 2, IsBigEndian: true)];

    /// <summary>The next hops of a route, each of them with its own length and attributes.</summary>
    public static readonly AttributeScope NextHops = new("RTA_UNSPEC", null,
        new("rtnh_len", 2), new("rtnh_flags", 1), new("rtnh_hops", 1), new("rtnh_ifindex", 4));

    static readonly AttributeScope Unknown = new("");

    static readonly AttributeScope Data = new("NFTA_DATA_UNSPEC");

    /// <summary>Returns the scope of a message.</summary>
    /// <param name="type">The name of the message type.</param>
    public static AttributeScope OfMessage(string type) => type switch
    {
        _ when type.EndsWith("LINK", StringComparison.Ordinal) => new("IFLA_UNSPEC", null, LinkHeader),
        _ when type.EndsWith("ADDR", StringComparison.Ordinal) => new("IFA_UNSPEC", null,
            new("ifa_family", 1), new("ifa_prefixlen", 1), new("ifa_flags", 1), new("ifa_scope", 1), new("ifa_index", 4)),
        _ when type.EndsWith("ROUTE", StringComparison.Ordinal) => new("RTA_UNSPEC", null,
            new("rtm_family", 1), new("rtm_dst_len", 1), new("rtm_src_len", 1), new("rtm_tos", 1), new("rtm_table", 1),
            new("rtm_protocol", 1), new("rtm_scope", 1), new("rtm_type", 1), new("rtm_flags", 4)),
        _ when type.EndsWith("NEIGH", StringComparison.Ordinal) => new("NDA_UNSPEC", null,
            new("ndm_family", 1), HeaderField.Padding(3), new("ndm_ifindex", 4), new("ndm_state", 2), new("ndm_flags", 1),
            new("ndm_type", 1)),
        _ when type.EndsWith("NSID", StringComparison.Ordinal) => new("NETNSA_NONE", null, new("rtgen_family", 1), HeaderField.Padding(3)),
        "RTM_GETVLAN" => new("BRIDGE_VLANDB_DUMP_UNSPEC", null, VlanHeader),
        _ when type.EndsWith("VLAN", StringComparison.Ordinal) => new("BRIDGE_VLANDB_UNSPEC", null, VlanHeader),
        _ when type.StartsWith("IPCTNL", StringComparison.Ordinal) => new("CTA_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("TABLE", StringComparison.Ordinal) => new("NFTA_TABLE_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("CHAIN", StringComparison.Ordinal) => new("NFTA_CHAIN_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("RULE", StringComparison.Ordinal) => new("NFTA_RULE_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("SETELEM", StringComparison.Ordinal) => new("NFTA_SET_ELEM_LIST_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("SET", StringComparison.Ordinal) => new("NFTA_SET_UNSPEC", null, NetfilterHeader),
        _ when type.EndsWith("GEN", StringComparison.Ordinal) => new("NFTA_GEN_UNSPEC", null, NetfilterHeader),
        _ => new("", null, NetfilterHeader),
    };

    /// <summary>Returns the scope inside an attribute, or null if the attribute contains a value.</summary>
    /// <param name="lastText">The last text of the same scope: the kind of a link, or the name of an expression.</param>
    /// <param name="family">The family of the message.</param>
    /// <param name="isMarked">True if the sender marked the attribute (NLA_F_NESTED).</param>
    public AttributeScope? Find(string name, string lastText, byte family, bool isMarked) =>
        Element ?? FindInLink(name, lastText, family) ?? FindInNftables(name, lastText) ?? FindElsewhere(name) ??
        (isMarked ? Unknown : null);

    static AttributeScope? FindInLink(string name, string kind, byte family) => name switch
    {
        "IFLA_LINKINFO" => new("IFLA_INFO_UNSPEC"),
        "IFLA_INFO_DATA" when kind == "bridge" => new("IFLA_BR_UNSPEC"),
        "IFLA_INFO_DATA" when kind == "veth" => new("VETH_INFO_UNSPEC"),
        "IFLA_INFO_DATA" => new($"IFLA_{kind.ToUpperInvariant()}_UNSPEC"),
        "IFLA_INFO_SLAVE_DATA" when kind is "bridge" or "bridge_slave" => new("IFLA_BRPORT_UNSPEC"),
        "VETH_INFO_PEER" => new("IFLA_UNSPEC", null, LinkHeader),
        "IFLA_AF_SPEC" when family == AddressFamily.Bridge => new("IFLA_BRIDGE_FLAGS"),
        "IFLA_PROTINFO" when family == AddressFamily.Bridge => new("IFLA_BRPORT_UNSPEC"),
        _ => null,
    };

    static AttributeScope? FindInNftables(string name, string expression) => name switch
    {
        "NFTA_CHAIN_HOOK" => new("NFTA_HOOK_UNSPEC"),
        "NFTA_CHAIN_COUNTERS" => new("NFTA_COUNTER_UNSPEC"),
        "NFTA_RULE_EXPRESSIONS" => new("NFTA_LIST_UNSPEC", new("NFTA_EXPR_UNSPEC")),
        "NFTA_EXPR_DATA" => new($"NFTA_{expression.ToUpperInvariant()}_UNSPEC"),
        "NFTA_SET_DESC" => new("NFTA_SET_DESC_UNSPEC"),
        "NFTA_SET_DESC_CONCAT" => new("NFTA_LIST_UNSPEC", new("NFTA_SET_FIELD_UNSPEC")),
        "NFTA_SET_ELEM_LIST_ELEMENTS" => new("NFTA_LIST_UNSPEC", new("NFTA_SET_ELEM_UNSPEC")),
        "NFTA_SET_ELEM_KEY" or "NFTA_SET_ELEM_KEY_END" or "NFTA_SET_ELEM_DATA" => Data,
        "NFTA_CMP_DATA" or "NFTA_IMMEDIATE_DATA" or "NFTA_BITWISE_MASK" or "NFTA_BITWISE_XOR" => Data,
        "NFTA_RANGE_FROM_DATA" or "NFTA_RANGE_TO_DATA" => Data,
        "NFTA_DATA_VERDICT" => new("NFTA_VERDICT_UNSPEC"),
        _ => null,
    };

    static AttributeScope? FindElsewhere(string name) => name switch
    {
        "RTA_MULTIPATH" => NextHops,
        "RTA_METRICS" => new("RTAX_UNSPEC"),
        "BRIDGE_VLANDB_ENTRY" => new("BRIDGE_VLANDB_ENTRY_UNSPEC"),
        "CTA_TUPLE_ORIG" or "CTA_TUPLE_REPLY" => new("CTA_TUPLE_UNSPEC"),
        "CTA_TUPLE_IP" => new("CTA_IP_UNSPEC"),
        "CTA_TUPLE_PROTO" => new("CTA_PROTO_UNSPEC"),
        "CTA_PROTOINFO" => new("CTA_PROTOINFO_UNSPEC"),
        "CTA_PROTOINFO_TCP" => new("CTA_PROTOINFO_TCP_UNSPEC"),
        "CTA_PROTOINFO_SCTP" => new("CTA_PROTOINFO_SCTP_UNSPEC"),
        "CTA_FILTER" => new("CTA_FILTER_UNSPEC"),
        "CTA_SYNPROXY" => new("CTA_SYNPROXY_UNSPEC"),
        _ => null,
    };
}

namespace CniBridge.Linux.XTables;

/// <summary>linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h, linux/netfilter.h</summary>
static class XTablesConstants
{
    internal const int SOL_IP = 0;
    internal const int SOL_IPV6 = 41;
    internal const int IPPROTO_RAW = 255;

    internal const int IPT_SO_GET_INFO = 64;
    internal const int IPT_SO_GET_ENTRIES = 65;
    internal const int IP6T_SO_GET_INFO = 64;
    internal const int IP6T_SO_GET_ENTRIES = 65;

    internal const int XT_TABLE_MAXNAMELEN = 32;

    internal const int NF_INET_NUMHOOKS = 5;

    internal const int NF_DROP = 0;
    internal const int NF_ACCEPT = 1;

    /// <summary>-NF_REPEAT - 1, linux/netfilter/x_tables.h</summary>
    internal const int XT_RETURN = -5;

    internal const byte IPT_F_FRAG = 1;
    internal const byte IPT_F_GOTO = 2;
    internal const byte IP6T_F_TOS = 2;
    internal const byte IP6T_F_GOTO = 4;

    // The flags of IPv6, IP6T_INV_*, have the same values.
    internal const byte IPT_INV_VIA_IN = 1;
    internal const byte IPT_INV_VIA_OUT = 2;
    internal const byte IPT_INV_SRCIP = 8;
    internal const byte IPT_INV_DSTIP = 16;
    internal const byte IPT_INV_PROTO = 64;
}

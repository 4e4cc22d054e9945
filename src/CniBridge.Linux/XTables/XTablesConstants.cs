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

    internal const int NF_INET_FORWARD = 2;
    internal const int NF_INET_NUMHOOKS = 5;

    internal const int NF_DROP = 0;
    internal const int NF_ACCEPT = 1;
}

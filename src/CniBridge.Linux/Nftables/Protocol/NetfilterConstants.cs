namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>
/// linux/netfilter.h, netfilter_ipv4.h, netfilter_bridge.h, if_packet.h, netfilter/nfnetlink.h, nf_nat.h, nf_conntrack_common.h,
/// nf_conntrack_tuple_common.h; netinet/in.h, linux/if_ether.h
/// </summary>
static class NetfilterConstants
{
    internal const byte NFNETLINK_V0 = 0;
    internal const byte NFNL_SUBSYS_NFTABLES = 10;
    internal const ushort NFNL_MSG_BATCH_BEGIN = 16;
    internal const ushort NFNL_MSG_BATCH_END = 17;

    internal const byte NFPROTO_UNSPEC = 0;
    internal const byte NFPROTO_INET = 1;
    internal const byte NFPROTO_IPV4 = 2;
    internal const byte NFPROTO_BRIDGE = 7;
    internal const byte NFPROTO_IPV6 = 10;

    internal const int NF_DROP = 0;
    internal const int NF_ACCEPT = 1;

    internal const uint NF_INET_PRE_ROUTING = 0;
    internal const uint NF_INET_LOCAL_IN = 1;
    internal const uint NF_INET_FORWARD = 2;
    internal const uint NF_INET_LOCAL_OUT = 3;
    internal const uint NF_INET_POST_ROUTING = 4;
    internal const uint NF_BR_PRE_ROUTING = 0;
    internal const uint NF_BR_FORWARD = 2;

    internal const int NF_IP_PRI_RAW = -300;
    internal const int NF_IP_PRI_NAT_DST = -100;
    internal const int NF_IP_PRI_FILTER = 0;
    internal const int NF_IP_PRI_NAT_SRC = 100;
    internal const int NF_BR_PRI_NAT_DST_BRIDGED = -300;
    internal const int NF_BR_PRI_FILTER_BRIDGED = -200;

    internal const uint NF_NAT_RANGE_MAP_IPS = 1;
    internal const uint NF_NAT_RANGE_PROTO_SPECIFIED = 2;
    internal const uint NF_NAT_RANGE_PROTO_RANDOM = 4;
    internal const uint NF_NAT_RANGE_PROTO_RANDOM_FULLY = 16;

    internal const ushort ETH_P_IP = 0x0800;
    internal const ushort ETH_P_IPV6 = 0x86dd;

    internal const byte IPPROTO_TCP = 6;
    internal const byte IPPROTO_UDP = 17;
    internal const byte IPPROTO_SCTP = 132;

    internal const byte IP_CT_DIR_ORIGINAL = 0;
    internal const byte IP_CT_DIR_REPLY = 1;
    internal const uint IPS_SRC_NAT = 16;
    internal const uint IPS_DST_NAT = 32;

    internal const byte PACKET_BROADCAST = 1;
}

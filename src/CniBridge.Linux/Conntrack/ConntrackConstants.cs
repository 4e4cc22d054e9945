namespace CniBridge.Linux.Conntrack;

/// <summary>linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h, linux/in.h</summary>
static class ConntrackConstants
{
    internal const byte NFNL_SUBSYS_CTNETLINK = 1;

    internal const byte IPCTNL_MSG_CT_NEW = 0;
    internal const byte IPCTNL_MSG_CT_GET = 1;
    internal const byte IPCTNL_MSG_CT_DELETE = 2;

    internal const ushort CTA_TUPLE_ORIG = 1;
    internal const ushort CTA_TUPLE_REPLY = 2;
    internal const ushort CTA_ID = 12;
    internal const ushort CTA_ZONE = 18;
    internal const ushort CTA_FILTER = 25;

    internal const ushort CTA_TUPLE_IP = 1;
    internal const ushort CTA_TUPLE_PROTO = 2;

    internal const ushort CTA_IP_V4_SRC = 1;
    internal const ushort CTA_IP_V4_DST = 2;
    internal const ushort CTA_IP_V6_SRC = 3;
    internal const ushort CTA_IP_V6_DST = 4;

    internal const ushort CTA_PROTO_NUM = 1;
    internal const ushort CTA_PROTO_SRC_PORT = 2;
    internal const ushort CTA_PROTO_DST_PORT = 3;

    internal const ushort CTA_FILTER_ORIG_FLAGS = 1;
    internal const ushort CTA_FILTER_REPLY_FLAGS = 2;

    // No user header has these flags; they are in net/netfilter/nf_internals.h.
    internal const uint CTA_FILTER_F_CTA_IP_SRC = 1 << 0;
    internal const uint CTA_FILTER_F_CTA_IP_DST = 1 << 1;
    internal const uint CTA_FILTER_F_CTA_PROTO_NUM = 1 << 3;
    internal const uint CTA_FILTER_F_CTA_PROTO_SRC_PORT = 1 << 4;
    internal const uint CTA_FILTER_F_CTA_PROTO_DST_PORT = 1 << 5;

    internal const byte IPPROTO_TCP = 6;
    internal const byte IPPROTO_UDP = 17;
}

namespace CniBridge.Linux.Netlink;

/// <summary>linux/netlink.h</summary>
static class NetlinkConstants
{
    internal const int MessageHeaderSize = 16;
    internal const int AttributeHeaderSize = 4;
    internal const int Alignment = 4;

    internal const ushort NLMSG_NOOP = 1;
    internal const ushort NLMSG_ERROR = 2;
    internal const ushort NLMSG_DONE = 3;

    internal const ushort NLM_F_REQUEST = 0x1;
    internal const ushort NLM_F_MULTI = 0x2;
    internal const ushort NLM_F_ACK = 0x4;
    internal const ushort NLM_F_DUMP_INTR = 0x10;
    internal const ushort NLM_F_CAPPED = 0x100;
    internal const ushort NLM_F_ACK_TLVS = 0x200;
    internal const ushort NLM_F_DUMP = 0x300;
    internal const ushort NLM_F_REPLACE = 0x100;
    internal const ushort NLM_F_EXCL = 0x200;
    internal const ushort NLM_F_CREATE = 0x400;
    internal const ushort NLM_F_APPEND = 0x800;

    internal const ushort NLA_F_NESTED = 0x8000;
    /// <summary>~(NLA_F_NESTED | NLA_F_NET_BYTEORDER)</summary>
    internal const ushort NLA_TYPE_MASK = 0x3fff;

    internal const ushort NLMSGERR_ATTR_MSG = 1;
}

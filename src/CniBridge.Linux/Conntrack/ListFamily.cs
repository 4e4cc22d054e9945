using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>Lists all tracked connections of a family, or of one of its protocols; kernels before Linux 5.8 list all protocols.</summary>
/// <param name="Protocol">IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP; null: all.</param>
sealed record ListFamily(AddressFamily Family, byte? Protocol) : INetlinkMessage
{
    public string Operation => $"list tracked {(Family.IsV6 ? "IPv6" : "IPv4")} connections";
    public ushort Type => ConntrackHeader.TypeOf(IPCTNL_MSG_CT_GET);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(ConntrackHeader.Create(Family));
        if (Protocol is not { } protocol)
            return;
        var tuple = writer.BeginNest(CTA_TUPLE_ORIG);
        var start = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.Attribute(CTA_PROTO_NUM, protocol);
        writer.End(start);
        writer.End(tuple);

        start = writer.BeginNest(CTA_FILTER);
        writer.Attribute(CTA_FILTER_ORIG_FLAGS, CTA_FILTER_F_CTA_PROTO_NUM);
        writer.Attribute(CTA_FILTER_REPLY_FLAGS, 0u);
        writer.End(start);
    }
}

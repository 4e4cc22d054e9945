using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes all entries that a filter selects; the kernel filters since Linux 6.12. Without CTA_TUPLE_ORIG an older kernel would
/// delete everything. With it, such a kernel looks for one entry (ctnetlink_del_conntrack), finds the tuple incomplete and
/// answers EINVAL.
/// </summary>
sealed record DeleteMatching(ConntrackFilter Filter) : INetlinkMessage
{
    public string Operation => $"delete tracked connections of {Filter}";
    public ushort Type => ConntrackHeader.TypeOf(IPCTNL_MSG_CT_DELETE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(ConntrackHeader.Create(Filter.Family));
        Filter.Write(ref writer);
    }
}

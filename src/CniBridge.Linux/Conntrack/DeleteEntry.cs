using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes one listed entry. A newer entry with the same tuple has another id and stays, unless it occupies the same memory
/// (nf_ct_get_id).
/// </summary>
sealed record DeleteEntry(ConntrackEntry Entry) : INetlinkMessage
{
    public string Operation => $"delete a tracked connection to {Entry.Original.Destination} port {Entry.Original.DestinationPort}";
    public ushort Type => ConntrackHeader.TypeOf(IPCTNL_MSG_CT_DELETE);
    public ushort Flags => 0;
    public int Tolerated => Errno.ENOENT;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(ConntrackHeader.Create(Entry.Family));
        writer.Attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, Entry.OriginalBytes);
        if (Entry.ZoneBytes is not null)
            writer.Attribute(CTA_ZONE, Entry.ZoneBytes);
        writer.BigEndian(CTA_ID, Entry.Id);
    }
}

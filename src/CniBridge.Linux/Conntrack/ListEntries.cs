using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// conntrack -L for one filter. The kernel compares only a part of the filter (before Linux 5.8 nothing), so the caller must compare
/// each entry again.
/// </summary>
sealed record ListEntries(ConntrackFilter Filter) : INetlinkMessage
{
    public string Operation => $"list tracked connections of {Filter}";
    public ushort Type => ConntrackHeader.TypeOf(IPCTNL_MSG_CT_GET);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(ConntrackHeader.Create(Filter.Family));
        Filter.Write(ref writer);
    }
}

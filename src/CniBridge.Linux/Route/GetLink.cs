using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip link show NAME, without virtual functions and the IPv6 statistics: nobody here asks for them.</summary>
sealed record GetLink(string Name) : INetlinkMessage
{
    public string Operation => $"look up the link {Name}";
    public ushort Type => RTM_GETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader());
        writer.Attribute(IFLA_IFNAME, Name);
        writer.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }
}

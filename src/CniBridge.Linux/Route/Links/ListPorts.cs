using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>ip link show master BRIDGE. The kernel filters.</summary>
sealed record ListPorts(int Bridge) : INetlinkMessage
{
    public string Operation => $"list the ports of bridge {Bridge}";
    public ushort Type => RTM_GETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader());
        writer.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        writer.Attribute(IFLA_MASTER, Bridge);
    }
}

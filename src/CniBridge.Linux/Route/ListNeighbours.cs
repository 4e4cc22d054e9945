using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip neigh show dev INDEX for both families. The kernel filters since Linux 4.4.</summary>
sealed record ListNeighbours(int Index) : INetlinkMessage
{
    public string Operation => $"list the neighbours of link {Index}";
    public ushort Type => RTM_GETNEIGH;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new NeighbourHeader());
        writer.Attribute(NDA_IFINDEX, Index);
    }
}

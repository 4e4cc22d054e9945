using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip neigh get ADDRESS dev INDEX (Linux 5.0)</summary>
sealed record GetNeighbour(int Index, IpAddress Address) : INetlinkMessage
{
    public string Operation => $"look up the neighbour {Address}";
    public ushort Type => RTM_GETNEIGH;
    public ushort Flags => 0;
    public int Tolerated => Errno.ENOENT;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new NeighbourHeader { Family = RouteSocket.FamilyOf(Address), Index = Index });
        writer.Attribute(NDA_DST, Address.ToBytes());
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip neigh change ADDRESS lladdr MAC dev INDEX nud reachable: records the address's new owner. Creates no entry.
/// </summary>
public sealed record UpdateNeighbour(int Index, IpAddress Address, MacAddress Mac) : INetlinkMessage
{
    public string Operation => $"update the neighbour {Address}";
    public ushort Type => RTM_NEWNEIGH;
    public ushort Flags => NLM_F_REPLACE;

    /// <summary>Treats a missing entry as success: no packet was sent to the address yet.</summary>
    public int Tolerated => Errno.ENOENT;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new NeighbourHeader
        {
            Family = RouteSocket.FamilyOf(Address),
            Index = Index,
            State = NUD_REACHABLE,
        });
        writer.Attribute(NDA_DST, Address.ToBytes());
        writer.Attribute(NDA_LLADDR, Mac.ToBytes());
    }
}

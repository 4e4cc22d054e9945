using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip route get DESTINATION: the route that a packet to the address takes.</summary>
sealed record GetRoute(IpAddress Destination) : INetlinkMessage
{
    public string Operation => $"look up the route to {Destination}";
    public ushort Type => RTM_GETROUTE;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new RouteHeader
        {
            Family = RouteSocket.FamilyOf(Destination),
            DestinationLength = (byte)Destination.Bits,
        });
        writer.Attribute(RTA_DST, Destination.ToBytes());
    }
}

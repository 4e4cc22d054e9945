using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip route get DESTINATION [from SOURCE iif LINK]: the route that a packet to the address takes.</summary>
/// <param name="Source">The source of a forwarded packet; null for a packet of the namespace itself.</param>
/// <param name="Input">The index of the link through which a forwarded packet arrives; 0: none.</param>
sealed record GetRoute(IpAddress Destination, IpAddress? Source = null, int Input = 0) : INetlinkMessage
{
    /// <summary>
    /// True to learn the table of an IPv4 route. Without the flag, the answer names the main table in every case. IPv6 has no such flag,
    /// and names the table.
    /// </summary>
    public bool ShowsTable { get; init; }

    public string Operation => $"look up the route to {Destination}";
    public ushort Type => RTM_GETROUTE;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new RouteHeader
        {
            Family = RouteSocket.FamilyOf(Destination),
            DestinationLength = (byte)Destination.Bits,
            SourceLength = (byte)(Source?.Bits ?? 0),
            Flags = ShowsTable && !Destination.IsV6 ? RTM_F_LOOKUP_TABLE : 0,
        });
        writer.Attribute(RTA_DST, Destination.ToBytes());
        if (Source is not null)
            writer.Attribute(RTA_SRC, Source.ToBytes());
        if (Input > 0)
            writer.Attribute(RTA_IIF, Input);
    }
}

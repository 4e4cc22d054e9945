using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip route del DESTINATION [via GATEWAY] [dev INDEX] [metric PRIORITY] [tos TOS] proto PROTOCOL. The kernel deletes the first
/// route that matches all given values, and none of another protocol.
/// </summary>
/// <param name="Protocol">Not 0, which would match any.</param>
public sealed record DeleteRoute(Cidr Destination, byte Protocol) : INetlinkMessage
{
    /// <summary>The gateway; null matches any.</summary>
    public IpAddress? Gateway { get; init; }

    /// <summary>The index of the link; 0 matches any.</summary>
    public int Index { get; init; }

    /// <summary>The metric; 0 matches any, lowest first.</summary>
    public uint Priority { get; init; }

    public byte TypeOfService { get; init; }

    public string Operation =>
        Gateway is { } gateway ? $"delete the route {Destination} via {gateway}" : $"delete the route {Destination}";

    public ushort Type => RTM_DELROUTE;
    public ushort Flags => 0;

    /// <summary>Treats a route that does not exist as deleted.</summary>
    public int Tolerated => Errno.ESRCH;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new RouteHeader
        {
            Family = RouteSocket.FamilyOf(Destination.Address),
            DestinationLength = (byte)Destination.PrefixLength,
            TypeOfService = TypeOfService,
            Table = RT_TABLE_MAIN,
            Protocol = Protocol,
            // Matches any scope; IPv6 has no scopes.
            Scope = Destination.Address.IsV6 ? (byte)0 : RT_SCOPE_NOWHERE,
        });
        if (Destination.PrefixLength > 0)
            writer.Attribute(RTA_DST, Destination.Network.ToBytes());
        if (Gateway is { } gateway)
            writer.Attribute(RTA_GATEWAY, gateway.ToBytes());
        if (Priority > 0)
            writer.Attribute(RTA_PRIORITY, Priority);
        if (Index > 0)
            writer.Attribute(RTA_OIF, Index);
    }
}

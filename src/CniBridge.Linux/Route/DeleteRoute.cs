using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip route del DESTINATION [via GATEWAY] [dev INDEX] [metric PRIORITY] [tos TOS] proto PROTOCOL. The kernel deletes the first
/// route that is so in all that is given; of another protocol it deletes none.
/// </summary>
/// <param name="Protocol">Not 0, which would be any.</param>
public sealed record DeleteRoute(Cidr Destination, byte Protocol) : INetlinkMessage
{
    /// <summary>Null: whatever it has.</summary>
    public IpAddress? Gateway { get; init; }

    /// <summary>0: whatever it has.</summary>
    public int Index { get; init; }

    /// <summary>0: whatever it has, the least first.</summary>
    public uint Priority { get; init; }

    public byte TypeOfService { get; init; }

    public string Operation =>
        Gateway is { } gateway ? $"delete the route {Destination} via {gateway}" : $"delete the route {Destination}";

    public ushort Type => RTM_DELROUTE;
    public ushort Flags => 0;

    /// <summary>Gone already is as good.</summary>
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
            // Any; IPv6 has none.
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

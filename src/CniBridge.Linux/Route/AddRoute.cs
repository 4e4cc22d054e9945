using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip route add DESTINATION [via GATEWAY] dev INDEX [metric PRIORITY] [table TABLE] [scope SCOPE] [mtu MTU] [advmss ADVMSS].
/// Equal records are equal routes to the kernel.
/// </summary>
public sealed record AddRoute(int Index, Cidr Destination, IpAddress? Gateway) : INetlinkMessage
{
    /// <summary>0: the kernel's default metric.</summary>
    public uint Priority { get; init; }

    readonly uint _table = RT_TABLE_MAIN;

    /// <summary>0: the main table.</summary>
    public uint Table
    {
        get => _table;
        init => _table = value == 0 ? RT_TABLE_MAIN : value;
    }

    public byte Scope { get; init; }
    public uint Mtu { get; init; }
    public uint AdvertisedMss { get; init; }

    public string Operation =>
        Gateway is { } gateway ? $"add the route {Destination} via {gateway}" : $"add the route {Destination}";

    public ushort Type => RTM_NEWROUTE;
    public ushort Flags => NLM_F_CREATE;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new RouteHeader
        {
            Family = RouteSocket.FamilyOf(Destination.Address),
            DestinationLength = (byte)Destination.PrefixLength,
            // Numbers that do not fit go into RTA_TABLE alone.
            Table = Table < 256 ? (byte)Table : RT_TABLE_UNSPEC,
            Protocol = RTPROT_BOOT,
            Scope = Scope,
            RouteType = RTN_UNICAST,
        });
        if (Destination.PrefixLength > 0)
            writer.Attribute(RTA_DST, Destination.Network.ToBytes());
        if (Gateway is { } gateway)
            writer.Attribute(RTA_GATEWAY, gateway.ToBytes());
        writer.Attribute(RTA_OIF, Index);
        if (Priority > 0)
            writer.Attribute(RTA_PRIORITY, Priority);
        if (Table >= 256)
            writer.Attribute(RTA_TABLE, Table);
        if (Mtu > 0 || AdvertisedMss > 0)
            WriteMetrics(ref writer);
    }

    void WriteMetrics(ref MessageWriter writer)
    {
        var metrics = writer.Begin(RTA_METRICS);
        if (Mtu > 0)
            writer.Attribute(RTAX_MTU, Mtu);
        if (AdvertisedMss > 0)
            writer.Attribute(RTAX_ADVMSS, AdvertisedMss);
        writer.End(metrics);
    }
}

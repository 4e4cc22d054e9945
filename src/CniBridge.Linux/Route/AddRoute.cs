using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip route add DESTINATION [via GATEWAY] dev INDEX [metric PRIORITY] [table TABLE] [scope SCOPE] [proto PROTOCOL] [mtu MTU]
/// [advmss ADVMSS]. The kernel treats equal records as the same route.
/// </summary>
public sealed record AddRoute(int Index, Cidr Destination, IpAddress? Gateway) : INetlinkMessage
{
    /// <summary>The metric; 0: the kernel's default.</summary>
    public uint Priority { get; init; }

    readonly uint _table = RT_TABLE_MAIN;

    /// <summary>The routing table; 0: the main table.</summary>
    public uint Table
    {
        get => _table;
        init => _table = value == 0 ? RT_TABLE_MAIN : value;
    }

    public byte Scope { get; init; }

    /// <summary>The program that owns the route (rtm_protocol); "boot" for routes that no program maintains.</summary>
    public byte Protocol { get; init; } = RTPROT_BOOT;

    /// <summary>True for ip route replace: the route replaces the first one with this destination and metric, of any owner.</summary>
    public bool Replaces { get; init; }

    /// <summary>
    /// True: refuse (EEXIST) if a route with this destination and metric exists. Otherwise IPv6 makes one multipath route of both.
    /// </summary>
    public bool IsExclusive { get; init; }

    public uint Mtu { get; init; }
    public uint AdvertisedMss { get; init; }

    public string Operation
    {
        get
        {
            var verb = Replaces ? "replace" : "add";
            return Gateway is { } gateway ? $"{verb} the route {Destination} via {gateway}" : $"{verb} the route {Destination}";
        }
    }

    public ushort Type => RTM_NEWROUTE;
    public ushort Flags => (ushort)(NLM_F_CREATE | (Replaces ? NLM_F_REPLACE : 0) | (IsExclusive ? NLM_F_EXCL : 0));

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new RouteHeader
        {
            Family = RouteSocket.FamilyOf(Destination.Address),
            DestinationLength = (byte)Destination.PrefixLength,
            // Only RTA_TABLE has room for larger numbers.
            Table = Table < 256 ? (byte)Table : RT_TABLE_UNSPEC,
            Protocol = Protocol,
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

using System.Buffers.Binary;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A route as the kernel describes it (RTM_NEWROUTE).</summary>
/// <param name="Gateways">The gateway of each next hop; empty for a route straight to a link.</param>
/// <param name="Links">The index of the link of each next hop.</param>
public sealed record RouteEntry(
    Cidr Destination, uint Table, IReadOnlyList<IpAddress> Gateways, IReadOnlyList<int> Links, byte Protocol)
{
    // struct rtnexthop { unsigned short rtnh_len; unsigned char rtnh_flags; unsigned char rtnh_hops; int rtnh_ifindex; };
    const int NextHopHeaderSize = 8;

    /// <summary>The metric. Of two routes to one destination, the kernel uses the one with the lower metric.</summary>
    public uint Priority { get; init; }

    /// <summary>The type of service that the route is limited to (IPv4); 0: none.</summary>
    public byte TypeOfService { get; init; }

    /// <summary>True for a route that is limited to some source addresses (IPv6).</summary>
    public bool HasSource { get; init; }

    /// <summary>True for a route straight to a link: the destination's hosts answer on it.</summary>
    public bool IsDirect => IsUnicast && Gateways.Count == 0 && !HasForeignGateway;

    /// <summary>True for a gateway of the other family (RTA_VIA), which <c>Gateways</c> does not contain.</summary>
    public bool HasForeignGateway { get; init; }

    /// <summary>True for an exception that the kernel cached for one host; it is no route of a table.</summary>
    public bool IsCached { get; init; }

    /// <summary>True if the route's link is gone or down.</summary>
    public bool IsDead { get; init; }

    /// <summary>True for a route that forwards packets; false for the types unreachable, prohibit and blackhole.</summary>
    public bool IsUnicast { get; init; }

    /// <summary>
    /// The word of iproute2 for a route that forwards no packets: blackhole, unreachable, prohibit or throw. Empty for all other routes.
    /// </summary>
    public string Refusal { get; init; } = "";

    /// <summary>The MTU of the route in bytes (RTAX_MTU); 0: that of the link.</summary>
    public uint Mtu { get; init; }

    /// <summary>True for a destination that is an address of the namespace itself.</summary>
    public bool IsLocal { get; init; }

    /// <summary>True for a route from a router advertisement (RFC 4861), added by the kernel or by a program.</summary>
    public bool IsAdvertised => Protocol == RTPROT_RA;

    internal static RouteEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<RouteHeader>(payload, out var bytes);
        var destination = Cidr.Default(AddressFamilies.From(header.Family == LibC.AF_INET6)).Address;
        uint table = header.Table, priority = 0, mtu = 0;
        var hasForeignGateway = false;
        var gateways = new List<IpAddress>();
        var links = new List<int>();
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case RTA_DST: destination = IpAddress.FromWire(attributes.Value); break;
                case RTA_TABLE: table = attributes.UInt32; break;
                case RTA_GATEWAY: gateways.Add(IpAddress.FromBytes(attributes.Value)); break;
                case RTA_PRIORITY: priority = attributes.UInt32; break;
                case RTA_VIA: hasForeignGateway = true; break;
                case RTA_METRICS: mtu = DecodeMtu(attributes.Nested); break;
                case RTA_OIF: links.Add(attributes.Int32); break;
                case RTA_MULTIPATH: hasForeignGateway |= DecodeNextHops(attributes.Value, gateways, links); break;
            }
        }
        return new RouteEntry(Cidr.FromWire(destination, header.DestinationLength), table, gateways, links, header.Protocol)
        {
            Priority = priority,
            TypeOfService = header.TypeOfService,
            HasSource = header.SourceLength > 0,
            HasForeignGateway = hasForeignGateway,
            IsCached = (header.Flags & RTM_F_CLONED) != 0,
            IsDead = (header.Flags & RTNH_F_DEAD) != 0,
            IsUnicast = header.RouteType == RTN_UNICAST,
            IsLocal = header.RouteType == RTN_LOCAL,
            Refusal = RefusalOf(header.RouteType),
            Mtu = mtu,
        };
    }

    static string RefusalOf(byte type) => type switch
    {
        RTN_BLACKHOLE => "blackhole",
        RTN_UNREACHABLE => "unreachable",
        RTN_PROHIBIT => "prohibit",
        RTN_THROW => "throw",
        _ => "",
    };

    static uint DecodeMtu(AttributeReader metrics)
    {
        while (metrics.Read())
        {
            if (metrics.Type == RTAX_MTU)
                return metrics.UInt32;
        }
        return 0;
    }

    /// <summary>Decodes the next hops. Returns true if one of them is of the other family.</summary>
    static bool DecodeNextHops(ReadOnlySpan<byte> bytes, List<IpAddress> gateways, List<int> links)
    {
        var hasForeignGateway = false;
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < NextHopHeaderSize)
                throw new InvalidDataException($"next hop header cut short: {bytes.Length} of {NextHopHeaderSize} bytes");
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (length < NextHopHeaderSize || length > bytes.Length)
                throw new InvalidDataException($"next hop says it has {length} bytes, {bytes.Length} are there");
            links.Add(BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]));
            var attributes = new AttributeReader(bytes[NextHopHeaderSize..length]);
            while (attributes.Read())
            {
                if (attributes.Type == RTA_GATEWAY)
                    gateways.Add(IpAddress.FromBytes(attributes.Value));
                hasForeignGateway |= attributes.Type == RTA_VIA;
            }
            bytes = bytes[Math.Min(MessageWriter.Align(length), bytes.Length)..];
        }
        return hasForeignGateway;
    }
}

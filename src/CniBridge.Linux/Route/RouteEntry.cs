using System.Buffers.Binary;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A route as the kernel describes it (RTM_NEWROUTE).</summary>
/// <param name="Gateways">Of every next hop; a route straight to a link has none.</param>
/// <param name="Links">Index of the link of every next hop.</param>
public sealed record RouteEntry(
    Cidr Destination, uint Table, IReadOnlyList<IpAddress> Gateways, IReadOnlyList<int> Links, byte Protocol)
{
    /// <summary>The metric: of two routes with one destination the one with the lesser is taken.</summary>
    public uint Priority { get; init; }

    /// <summary>Not 0: for packets of that kind alone (IPv4).</summary>
    public byte TypeOfService { get; init; }

    /// <summary>For packets from some addresses alone (IPv6).</summary>
    public bool HasSource { get; init; }

    /// <summary>Straight to a link: the destination's hosts answer there themselves.</summary>
    public bool IsDirect => IsUnicast && Gateways.Count == 0 && !HasForeignGateway;

    /// <summary>It goes by a gateway of the other family (RTA_VIA), which is not among the gateways.</summary>
    public bool HasForeignGateway { get; init; }

    /// <summary>No route of a table, but what the kernel noted of one host.</summary>
    public bool IsCached { get; init; }

    /// <summary>Its link is gone or down.</summary>
    public bool IsDead { get; init; }

    /// <summary>Packets go somewhere: it is not of type unreachable, prohibit or blackhole.</summary>
    public bool IsUnicast { get; init; }

    /// <summary>Packets have arrived: the address is one of the namespace's own.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The kernel, or a program in its place, learned it from a router's advertisement (RFC 4861).</summary>
    public bool IsAdvertised => Protocol == RTPROT_RA;

    internal static RouteEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<RouteHeader>(payload, out var bytes);
        var destination = Cidr.Default(header.Family == LibC.AF_INET6).Address;
        uint table = header.Table, priority = 0;
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
        };
    }

    // struct rtnexthop { unsigned short rtnh_len; unsigned char rtnh_flags; unsigned char rtnh_hops; int rtnh_ifindex; };
    const int NextHopHeaderSize = 8;

    /// <summary>True if one of them is of the other family.</summary>
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

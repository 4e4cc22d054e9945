using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// The known fields of a packet of a connection: the first one, or a reply.
/// </summary>
public sealed record PacketSketch(AddressFamily Family)
{
    const int HeaderSizeV4 = 20, HeaderSizeV6 = 40, ProtocolOffsetV4 = 9;

    /// <summary>
    /// NF_CT_STATE_BIT(IP_CT_ESTABLISHED_REPLY), NF_CT_STATE_BIT(IP_CT_NEW), NF_CT_STATE_UNTRACKED_BIT,
    /// linux/netfilter/nf_conntrack_common.h
    /// </summary>
    internal const uint Established = 1 << 1, New = 1 << 3, Untracked = 1 << 6;

    /// <summary>
    /// XT_CONNTRACK_STATE_SNAT, _DNAT, _UNTRACKED, linux/netfilter/xt_conntrack.h; the other states used here have equal bits in both
    /// headers.
    /// </summary>
    internal const uint SourceChangedByXt = 1 << 6, DestinationChangedByXt = 1 << 7, UntrackedByXt = 1 << 8;

    /// <summary>The interface on which the packet arrives; null: unknown. The same holds for the properties below.</summary>
    public Link? Input { get; init; }
    public Link? Output { get; init; }
    public IpAddress? Source { get; init; }
    public IpAddress? Destination { get; init; }

    /// <summary>The range of the source, if the address itself is not known.</summary>
    public Cidr? SourceRange { get; init; }

    public Cidr? DestinationRange { get; init; }

    /// <summary>The number of the transport protocol, IPPROTO_TCP for example.</summary>
    public byte? Protocol { get; init; }

    public ConnectionState State { get; init; }

    /// <summary>True if a rule changed the destination of the connection (DNAT), as host port rules do.</summary>
    public bool HasNewDestination { get; init; }

    /// <summary>True if the packet has the mark 0 until a rule sets another one.</summary>
    public bool IsUnmarked { get; init; }

    uint StateBit => State == ConnectionState.New ? New : Established;

    /// <summary>Returns bytes of the IP header; bytes of other headers or behind its end are unknown.</summary>
    internal KnownBytes Payload(uint header, uint offset, uint length)
    {
        var bytes = KnownBytes.Nothing(Family.IsV6 ? HeaderSizeV6 : HeaderSizeV4);
        if (header != NFT_PAYLOAD_NETWORK_HEADER || (long)offset + length > bytes.Length)
            return KnownBytes.Unknown;
        Put(bytes, Known(Source, SourceRange), Family.IsV6 ? 8 : 12);
        Put(bytes, Known(Destination, DestinationRange), Family.IsV6 ? 24 : 16);
        // The byte of IPv6 can be the number of an extension header.
        if (Protocol is { } protocol && !Family.IsV6)
            Put(bytes, KnownBytes.All([protocol]), ProtocolOffsetV4);
        return bytes.Slice((int)offset, (int)length);
    }

    static KnownBytes Known(IpAddress? address, Cidr? range) => address is not null
        ? KnownBytes.All(address.ToBytes())
        : range is null ? KnownBytes.Unknown : KnownBytes.Prefix(range);

    static void Put(KnownBytes header, KnownBytes bytes, int offset)
    {
        bytes.Values.CopyTo(header.Values, offset);
        bytes.Mask.CopyTo(header.Mask, offset);
    }

    internal KnownBytes Meta(uint key) => key switch
    {
        NFT_META_NFPROTO => KnownBytes.All([Family.IsV6 ? NFPROTO_IPV6 : NFPROTO_IPV4]),
        NFT_META_PROTOCOL => KnownBytes.All(Field.Port(Family.IsV6 ? ETH_P_IPV6 : ETH_P_IP)),
        NFT_META_L4PROTO when Protocol is { } protocol => KnownBytes.All([protocol]),
        NFT_META_IIF when Input is not null => KnownBytes.All(Field.Number((uint)Input.Index)),
        NFT_META_OIF when Output is not null => KnownBytes.All(Field.Number((uint)Output.Index)),
        NFT_META_IIFNAME when Input is not null => KnownBytes.All(Field.InterfaceName(Input.Name)),
        NFT_META_OIFNAME when Output is not null => KnownBytes.All(Field.InterfaceName(Output.Name)),
        _ => KnownBytes.Unknown,
    };

    /// <summary>
    /// Returns a field of the connection. The packet may be exempt from connection tracking; then it is not in state new.
    /// </summary>
    internal KnownBytes Connection(uint key) => key switch
    {
        _ when State == ConnectionState.Unknown => KnownBytes.Unknown,
        NFT_CT_STATE => new KnownBytes(Field.Number(StateBit), Field.Number(~Untracked)),
        NFT_CT_STATUS => new KnownBytes(
            Field.Number(HasNewDestination ? IPS_DST_NAT : 0),
            Field.Number(State == ConnectionState.New ? IPS_SRC_NAT | IPS_DST_NAT : IPS_DST_NAT)),
        NFT_CT_DIRECTION => KnownBytes.All([State == ConnectionState.New ? IP_CT_DIR_ORIGINAL : IP_CT_DIR_REPLY]),
        _ => KnownBytes.Unknown,
    };

    /// <summary>Evaluates --ctstate of iptables.</summary>
    internal MatchResult IsInState(ushort states)
    {
        if (State == ConnectionState.Unknown)
            return MatchResult.Maybe;
        if ((states & StateBit) != 0 || (HasNewDestination && (states & DestinationChangedByXt) != 0))
            return MatchResult.Yes;
        if (State == ConnectionState.Reply && (states & SourceChangedByXt) != 0)
            return MatchResult.Maybe;
        return (states & UntrackedByXt) != 0 ? MatchResult.Maybe : MatchResult.No;
    }
}

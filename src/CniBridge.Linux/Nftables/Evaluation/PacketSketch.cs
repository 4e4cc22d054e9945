using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// The known fields of the first packet of a new connection that the node forwards. No rule has changed its destination yet
/// (no DNAT).
/// </summary>
public sealed record PacketSketch(AddressFamily Family)
{
    const int HeaderSizeV4 = 20, HeaderSizeV6 = 40;

    /// <summary>NF_CT_STATE_BIT(IP_CT_NEW), NF_CT_STATE_UNTRACKED_BIT, linux/netfilter/nf_conntrack_common.h</summary>
    internal const uint New = 1 << 3, Untracked = 1 << 6;

    /// <summary>
    /// XT_CONNTRACK_STATE_UNTRACKED, linux/netfilter/xt_conntrack.h; the other states used here have equal bits in both headers.
    /// </summary>
    internal const uint UntrackedByXt = 1 << 8;

    /// <summary>The interface on which the packet arrives; null: unknown. The same holds for the properties below.</summary>
    public Link? Input { get; init; }
    public Link? Output { get; init; }
    public IpAddress? Source { get; init; }
    public IpAddress? Destination { get; init; }

    /// <summary>Returns bytes of the IP header; bytes of other headers or behind its end are unknown.</summary>
    internal KnownBytes Payload(uint header, uint offset, uint length)
    {
        var bytes = KnownBytes.Nothing(Family.IsV6 ? HeaderSizeV6 : HeaderSizeV4);
        if (header != NFT_PAYLOAD_NETWORK_HEADER || (long)offset + length > bytes.Length)
            return KnownBytes.Unknown;
        Put(bytes, Source, Family.IsV6 ? 8 : 12);
        Put(bytes, Destination, Family.IsV6 ? 24 : 16);
        return bytes.Slice((int)offset, (int)length);
    }

    static void Put(KnownBytes header, IpAddress? address, int offset)
    {
        if (address is null)
            return;
        var bytes = KnownBytes.All(address.ToBytes());
        bytes.Values.CopyTo(header.Values, offset);
        bytes.Mask.CopyTo(header.Mask, offset);
    }

    internal KnownBytes Meta(uint key) => key switch
    {
        NFT_META_NFPROTO => KnownBytes.All([Family.IsV6 ? NFPROTO_IPV6 : NFPROTO_IPV4]),
        NFT_META_IIF when Input is not null => KnownBytes.All(Field.Number((uint)Input.Index)),
        NFT_META_OIF when Output is not null => KnownBytes.All(Field.Number((uint)Output.Index)),
        NFT_META_IIFNAME when Input is not null => KnownBytes.All(Field.InterfaceName(Input.Name)),
        NFT_META_OIFNAME when Output is not null => KnownBytes.All(Field.InterfaceName(Output.Name)),
        _ => KnownBytes.Unknown,
    };

    /// <summary>
    /// Returns a field of the connection. The packet may be exempt from connection tracking; then it is not in state new.
    /// </summary>
    internal static KnownBytes Connection(uint key) => key switch
    {
        NFT_CT_STATE => new KnownBytes(Field.Number(New), Field.Number(~Untracked)),
        NFT_CT_STATUS => new KnownBytes(Field.Number(0), Field.Number(IPS_SRC_NAT | IPS_DST_NAT)),
        _ => KnownBytes.Unknown,
    };

    /// <summary>Evaluates --ctstate of iptables.</summary>
    internal static MatchResult IsInState(ushort states)
    {
        if ((states & New) != 0)
            return MatchResult.Yes;
        return (states & UntrackedByXt) != 0 ? MatchResult.Maybe : MatchResult.No;
    }
}

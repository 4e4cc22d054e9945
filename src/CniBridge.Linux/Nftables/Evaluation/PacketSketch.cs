using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Linux.Route;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// The first packet of a new connection, as far as it is known, on its way through the node; its destination is the one that
/// its sender wrote (no DNAT).
/// </summary>
public sealed record PacketSketch(bool IsV6)
{
    const int HeaderSizeV4 = 20, HeaderSizeV6 = 40;

    /// <summary>NF_CT_STATE_BIT(IP_CT_NEW), NF_CT_STATE_UNTRACKED_BIT, linux/netfilter/nf_conntrack_common.h</summary>
    internal const uint New = 1 << 3, Untracked = 1 << 6;

    /// <summary>XT_CONNTRACK_STATE_UNTRACKED, linux/netfilter/xt_conntrack.h; of the others here it has the same bits.</summary>
    internal const uint UntrackedByXt = 1 << 8;

    /// <summary>Null: not known, as the others.</summary>
    public Link? Input { get; init; }
    public Link? Output { get; init; }
    public IpAddress? Source { get; init; }
    public IpAddress? Destination { get; init; }

    /// <summary>Bytes of the IP header; of another, or behind its end, nothing is known.</summary>
    internal KnownBytes Payload(uint header, uint offset, uint length)
    {
        var bytes = KnownBytes.Nothing(IsV6 ? HeaderSizeV6 : HeaderSizeV4);
        if (header != NFT_PAYLOAD_NETWORK_HEADER || (long)offset + length > bytes.Length)
            return KnownBytes.Unknown;
        Put(bytes, Source, IsV6 ? 8 : 12);
        Put(bytes, Destination, IsV6 ? 24 : 16);
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
        NFT_META_NFPROTO => KnownBytes.All([IsV6 ? NFPROTO_IPV6 : NFPROTO_IPV4]),
        NFT_META_IIF when Input is not null => KnownBytes.All(Field.Number((uint)Input.Index)),
        NFT_META_OIF when Output is not null => KnownBytes.All(Field.Number((uint)Output.Index)),
        NFT_META_IIFNAME when Input is not null => KnownBytes.All(Field.InterfaceName(Input.Name)),
        NFT_META_OIFNAME when Output is not null => KnownBytes.All(Field.InterfaceName(Output.Name)),
        _ => KnownBytes.Unknown,
    };

    /// <summary>It may be exempt from connection tracking, and then it is not new.</summary>
    internal static KnownBytes Connection(uint key) => key switch
    {
        NFT_CT_STATE => new KnownBytes(Field.Number(New), Field.Number(~Untracked)),
        NFT_CT_STATUS => new KnownBytes(Field.Number(0), Field.Number(IPS_SRC_NAT | IPS_DST_NAT)),
        _ => KnownBytes.Unknown,
    };

    /// <summary>--ctstate of iptables.</summary>
    internal static MatchResult IsInState(ushort states)
    {
        if ((states & New) != 0)
            return MatchResult.Yes;
        return (states & UntrackedByXt) != 0 ? MatchResult.Maybe : MatchResult.No;
    }
}

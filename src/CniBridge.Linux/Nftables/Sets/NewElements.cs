using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>
/// nft add element SET { … }. An existing element stays; the kernel refuses (EEXIST) a key of a map with other data.
/// </summary>
/// <param name="Elements">At most as many as fit into one message; <see cref="NftBatch.AddElements"/> splits longer lists.</param>
public sealed record NewElements(SetName Set, params SetElement[] Elements) : INetlinkMessage
{
    /// <summary>
    /// The number of elements that fit into one message. The length of its list has 16 bits; an element takes up to about 600 bytes
    /// (two keys and data of 64 bytes, a verdict with a chain name, a comment).
    /// </summary>
    internal const int MostPerMessage = 100;

    /// <summary>True for nft create element: the kernel refuses (EEXIST) an element that exists.</summary>
    public bool IsExclusive { get; init; }

    public string Operation => $"add elements to the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWSETELEM);
    public ushort Flags => IsExclusive ? (ushort)(NLM_F_CREATE | NLM_F_EXCL) : NLM_F_CREATE;

    public void Write(ref MessageWriter writer) => SetElement.WriteList(ref writer, Set, Elements);
}

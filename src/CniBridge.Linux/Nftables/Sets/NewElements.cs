using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>
/// nft add element SET { … }. There already is as good, but the kernel refuses (EEXIST) a key of a map that stands for
/// something else.
/// </summary>
/// <param name="Elements">So many as go into one message; see <see cref="NftBatch.AddElements"/> for more.</param>
public sealed record NewElements(SetName Set, params SetElement[] Elements) : INetlinkMessage
{
    /// <summary>nft create element: there already is refused (EEXIST).</summary>
    public bool IsExclusive { get; init; }

    public string Operation => $"add elements to the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWSETELEM);
    public ushort Flags => IsExclusive ? (ushort)(NLM_F_CREATE | NLM_F_EXCL) : NLM_F_CREATE;

    public void Write(ref MessageWriter writer) => SetElement.WriteList(ref writer, Set, Elements);

    /// <summary>
    /// How many fit in a message, whose list has a length of 16 bits: an element with two keys and data of 64 bytes, a verdict
    /// that names a chain and a comment, all of the largest, takes some 600 bytes.
    /// </summary>
    internal const int MostPerMessage = 100;
}

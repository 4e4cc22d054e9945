using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft delete element SET { … }: by keys; one that is not there is refused (ENOENT).</summary>
/// <param name="Elements">So many as go into one message; see <see cref="NftBatch.DeleteElements"/> for more.</param>
public sealed record DeleteElements(SetName Set, params SetElement[] Elements) : INetlinkMessage
{
    public string Operation => $"delete elements of the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELSETELEM);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => SetElement.WriteList(ref writer, Set, Elements);
}

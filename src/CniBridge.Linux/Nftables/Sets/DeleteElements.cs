using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft delete element SET { … }: finds elements by key. The kernel refuses (ENOENT) if one does not exist.</summary>
/// <param name="Elements">At most as many as fit into one message; <see cref="NftBatch.DeleteElements"/> splits longer lists.</param>
public sealed record DeleteElements(SetName Set, params SetElement[] Elements) : INetlinkMessage
{
    public string Operation => $"delete elements of the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELSETELEM);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => SetElement.WriteList(ref writer, Set, Elements);
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft get element SET { * }: the element for all keys that have no element (Linux 5.13).</summary>
sealed record GetCatchAll(SetName Set) : INetlinkMessage
{
    public string Operation => $"look up the catch-all element of the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETSETELEM);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        SetElement.WriteSetName(ref writer, Set);
        var list = writer.BeginNest(NFTA_SET_ELEM_LIST_ELEMENTS);
        var element = writer.BeginNest(NFTA_LIST_ELEM);
        writer.BigEndian(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_CATCHALL);
        writer.End(element);
        writer.End(list);
    }
}

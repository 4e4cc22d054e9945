using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft list set SET</summary>
sealed record ListElements(SetName Set) : INetlinkMessage
{
    public string Operation => $"list the elements of the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETSETELEM);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => SetElement.WriteSetName(ref writer, Set);
}

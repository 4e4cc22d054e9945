using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft get element SET { KEY }; a set of ranges returns the range that contains the key.</summary>
sealed record GetElement(SetName Set, byte[] Key) : INetlinkMessage
{
    public string Operation => $"look up an element of the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETSETELEM);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => SetElement.WriteList(ref writer, Set, new SetElement(Key));
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>A request for one set without its elements.</summary>
sealed record GetSet(SetName Set) : INetlinkMessage
{
    public string Operation => $"look up the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETSET);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Set.Table.Family));
        writer.Attribute(NFTA_SET_TABLE, Set.Table.Name);
        writer.Attribute(NFTA_SET_NAME, Set.Name);
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft list sets TABLE, including maps. The kernel filters by table.</summary>
sealed record ListSets(TableName Table) : INetlinkMessage
{
    public string Operation => $"list the sets of {Table}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETSET);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Table.Family));
        writer.Attribute(NFTA_SET_TABLE, Table.Name);
    }
}

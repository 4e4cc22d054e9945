using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A request for one table without its contents.</summary>
sealed record GetTable(TableName Table) : INetlinkMessage
{
    public string Operation => $"look up the table {Table}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETTABLE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Table.Family));
        writer.Attribute(NFTA_TABLE_NAME, Table.Name);
    }
}

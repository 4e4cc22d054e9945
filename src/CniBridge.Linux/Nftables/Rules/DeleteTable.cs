using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft delete table TABLE. The kernel deletes the contents too.</summary>
public sealed record DeleteTable(TableName Table) : INetlinkMessage
{
    public string Operation => $"delete the table {Table}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELTABLE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Table.Family));
        writer.Attribute(NFTA_TABLE_NAME, Table.Name);
    }
}

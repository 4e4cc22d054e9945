using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft add table TABLE { comment "…" }. An existing table stays as it is, with its comment.</summary>
public sealed record NewTable(TableName Table) : INetlinkMessage
{
    public string Comment { get; init; } = "";

    public string Operation => $"add the table {Table}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWTABLE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Table.Family));
        writer.Attribute(NFTA_TABLE_NAME, Table.Name);
        writer.BigEndian(NFTA_TABLE_FLAGS, 0u);
        UserData.WriteComment(ref writer, NFTA_TABLE_USERDATA, Comment);
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>nft list tables [FAMILY]</summary>
sealed record ListTables(TableFamily Family) : INetlinkMessage
{
    public string Operation => "list the tables";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETTABLE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(NetfilterHeader.Of(Family));
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft list tables [FAMILY]</summary>
sealed record ListTables(TableFamily Family) : INetlinkMessage
{
    public string Operation => "list the tables";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETTABLE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(NetfilterHeader.Create(Family));
}

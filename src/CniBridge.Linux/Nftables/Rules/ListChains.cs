using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft list chains FAMILY: the chains of all tables of the family.</summary>
sealed record ListChains(TableFamily Family) : INetlinkMessage
{
    public string Operation => "list the chains";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETCHAIN);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(NetfilterHeader.Create(Family));
}

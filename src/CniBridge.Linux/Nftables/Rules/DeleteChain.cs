using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft delete chain CHAIN. The kernel refuses (EBUSY) while the chain has rules or is the target of a jump.</summary>
public sealed record DeleteChain(ChainName Chain) : INetlinkMessage
{
    public string Operation => $"delete the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELCHAIN);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_CHAIN_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_CHAIN_NAME, Chain.Name);
    }
}

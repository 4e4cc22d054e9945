using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft list chain CHAIN. Kernels that know the filter send only the rules of this chain.</summary>
sealed record ListRules(ChainName Chain) : INetlinkMessage
{
    public string Operation => $"list the rules of the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETRULE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_RULE_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_RULE_CHAIN, Chain.Name);
    }
}

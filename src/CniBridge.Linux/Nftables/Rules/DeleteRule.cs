using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft delete rule CHAIN handle HANDLE</summary>
public sealed record DeleteRule(ChainName Chain, ulong Handle) : INetlinkMessage
{
    public string Operation => $"delete rule {Handle} of the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELRULE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_RULE_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_RULE_CHAIN, Chain.Name);
        writer.BigEndian(NFTA_RULE_HANDLE, Handle);
    }
}

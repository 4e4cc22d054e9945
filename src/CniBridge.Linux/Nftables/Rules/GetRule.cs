using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A request for one rule.</summary>
sealed record GetRule(ChainName Chain, ulong Handle) : INetlinkMessage
{
    public string Operation => $"look up rule {Handle} of the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETRULE);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_RULE_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_RULE_CHAIN, Chain.Name);
        writer.BigEndian(NFTA_RULE_HANDLE, Handle);
    }
}

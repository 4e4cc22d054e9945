using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A request for one chain without its rules.</summary>
sealed record GetChain(ChainName Chain) : INetlinkMessage
{
    public string Operation => $"look up the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_GETCHAIN);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_CHAIN_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_CHAIN_NAME, Chain.Name);
    }
}

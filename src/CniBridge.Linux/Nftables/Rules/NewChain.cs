using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>
/// nft add chain CHAIN { [type … hook … priority …; policy …;] comment "…" }. Succeeds if a chain with the same hook exists.
/// </summary>
public sealed record NewChain(ChainName Chain) : INetlinkMessage
{
    /// <summary>The hook of a base chain; null creates a regular chain, which packets enter only by a jump.</summary>
    public ChainHook? Hook { get; init; }

    /// <summary>
    /// The verdict at the end of a base chain, accept or drop. Null: accept for a new chain, no change for an existing one.
    /// </summary>
    public Verdict? Policy { get; init; }

    public string Comment { get; init; } = "";

    /// <summary>True for nft create chain: the kernel refuses (EEXIST) if the chain exists.</summary>
    public bool IsExclusive { get; init; }

    public string Operation => $"add the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWCHAIN);
    public ushort Flags => IsExclusive ? (ushort)(NLM_F_CREATE | NLM_F_EXCL) : NLM_F_CREATE;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
        writer.Attribute(NFTA_CHAIN_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_CHAIN_NAME, Chain.Name);
        if (Hook is { } hook)
            writer.Attribute(NFTA_CHAIN_TYPE, hook.Type);
        if (Policy is { } policy)
            writer.BigEndian(NFTA_CHAIN_POLICY, (uint)policy.Code);
        Hook?.Write(ref writer);
        UserData.WriteComment(ref writer, NFTA_CHAIN_USERDATA, Comment);
    }
}

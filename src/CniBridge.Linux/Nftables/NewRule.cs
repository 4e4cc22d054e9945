using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>nft add rule CHAIN EXPRESSIONS comment "…": a second one every time.</summary>
public sealed record NewRule(ChainName Chain, params Expression[] Expressions) : INetlinkMessage
{
    public string Comment { get; init; } = "";

    /// <summary>nft insert rule: before the others, or before the one with <see cref="Position"/>.</summary>
    public bool IsInserted { get; init; }

    /// <summary>The handle of the rule to stand behind, or before; 0: at the end, or the beginning.</summary>
    public ulong Position { get; init; }

    public string Operation => $"add a rule to the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWRULE);
    public ushort Flags => IsInserted ? NLM_F_CREATE : (ushort)(NLM_F_CREATE | NLM_F_APPEND);

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Of(Chain.Table.Family));
        writer.Attribute(NFTA_RULE_TABLE, Chain.Table.Name);
        writer.Attribute(NFTA_RULE_CHAIN, Chain.Name);
        var list = writer.BeginNest(NFTA_RULE_EXPRESSIONS);
        foreach (var expression in Expressions)
            expression.Write(ref writer);
        writer.End(list);
        UserData.WriteComment(ref writer, NFTA_RULE_USERDATA, Comment);
        if (Position > 0)
            writer.BigEndian(NFTA_RULE_POSITION, Position);
    }
}

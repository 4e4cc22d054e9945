using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>nft add rule CHAIN EXPRESSIONS comment "…". Each call adds another rule, also an equal one.</summary>
public sealed record NewRule(ChainName Chain, params Expression[] Expressions) : INetlinkMessage
{
    public string Comment { get; init; } = "";

    /// <summary>True for nft insert rule: the rule precedes all others, or the one with the handle <see cref="Position"/>.</summary>
    public bool IsInserted { get; init; }

    /// <summary>The handle of the neighbouring rule. 0: the end of the chain, or its beginning for an inserted rule.</summary>
    public ulong Position { get; init; }

    public string Operation => $"add a rule to the chain {Chain}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWRULE);
    public ushort Flags => IsInserted ? NLM_F_CREATE : (ushort)(NLM_F_CREATE | NLM_F_APPEND);

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Chain.Table.Family));
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

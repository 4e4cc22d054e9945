using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A rule as the kernel describes it.</summary>
public sealed record RuleEntry(string Table, string Chain)
{
    public ulong Handle { get; init; }
    public IReadOnlyList<ExpressionEntry> Expressions { get; init; } = [];

    /// <summary>The comment that nft or iptables gave the rule, or "".</summary>
    public string Comment { get; init; } = "";

    /// <summary>Tells whether the rule has exactly these expressions. Counter values and comments do not matter.</summary>
    public bool Does(params ReadOnlySpan<Expression> expressions) =>
        expressions.Length == Expressions.Count && Begins(expressions);

    /// <summary>Tells whether the rule starts with these expressions.</summary>
    public bool Begins(params ReadOnlySpan<Expression> expressions)
    {
        if (expressions.Length > Expressions.Count)
            return false;
        for (var i = 0; i < expressions.Length; i++)
        {
            if (!Expressions[i].Is(expressions[i]))
                return false;
        }
        return true;
    }

    /// <summary>Tells whether the rule ends with a jump to the given chain.</summary>
    public bool JumpsTo(ChainName chain) => Expressions.Count > 0 && Expressions[^1].Is(new Decide(Verdict.Jump(chain)));

    /// <summary>The chain of the jump or goto that ends the rule; otherwise null.</summary>
    public string? JumpTarget => Expressions.Count > 0 && Expressions[^1] is { Name: "immediate" } last
        ? last.FindVerdict(ExpressionConstants.NFTA_IMMEDIATE_DATA)?.Chain
        : null;

    internal static RuleEntry Decode(ReadOnlySpan<byte> payload)
    {
        _ = Header.Read<NetfilterHeader>(payload, out var bytes);
        var rule = new RuleEntry("", "");
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            rule = attributes.Type switch
            {
                NFTA_RULE_TABLE => rule with { Table = attributes.Text },
                NFTA_RULE_CHAIN => rule with { Chain = attributes.Text },
                NFTA_RULE_HANDLE => rule with { Handle = attributes.UInt64BigEndian },
                NFTA_RULE_EXPRESSIONS => rule with { Expressions = ExpressionEntry.DecodeList(attributes.Nested) },
                NFTA_RULE_USERDATA => rule with { Comment = UserData.FindComment(attributes.Value) },
                _ => rule,
            };
        }
        return rule.Comment.Length > 0 ? rule : rule with { Comment = XtExtension.FindComment(rule.Expressions) };
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>A rule as the kernel describes it.</summary>
public sealed record RuleEntry(string Table, string Chain)
{
    public ulong Handle { get; init; }
    public IReadOnlyList<ExpressionEntry> Expressions { get; init; } = [];

    /// <summary>Of nft, or of iptables.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Does it do what a rule of these expressions would do? Counts and comments do not matter.</summary>
    public bool Does(params ReadOnlySpan<Expression> expressions) =>
        expressions.Length == Expressions.Count && Begins(expressions);

    /// <summary>Are its first steps what these expressions would be?</summary>
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

    /// <summary>Does it end with a jump to a chain of its table?</summary>
    public bool JumpsTo(ChainName chain) => Expressions.Count > 0 && Expressions[^1].Is(new Decide(Verdict.Jump(chain)));

    /// <summary>Does it end with a jump to some chain, or by going there?</summary>
    internal bool IsJump => Expressions.Count > 0 && Expressions[^1] is { Name: "immediate" } last &&
        last.FindVerdict(ExpressionConstants.NFTA_IMMEDIATE_DATA) is { Chain: not null };

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

using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// The search of a set or map for registers that may be known only in part. Elements are read as they are at this moment. A set that
/// rules themselves change is not searched.
/// </summary>
/// <param name="Match">Whether the registers are in the set.</param>
/// <param name="Elements">All elements that they may be; null if these are not known.</param>
sealed record SetLookup(MatchResult Match, IReadOnlyList<SetElement>? Elements)
{
    static readonly SetLookup s_unknown = new(MatchResult.Maybe, null);

    internal static SetLookup Run(ExpressionEntry step, RegisterFile registers, ITableReader table)
    {
        var name = step.FindText(NFTA_LOOKUP_SET);
        if (name is null || table.FindSet(name) is not { IsDynamic: false, KeyLength: > 0 } set)
            return s_unknown;
        var key = registers.Load(step.Number(NFTA_LOOKUP_SREG), set.KeyLength);
        if (key.AreAllKnown)
            return Find(table.FindElement(name, key.Values));
        // A named set can be large, and ranges are compared by the kernel only.
        return set is { IsAnonymous: true, IsInterval: false } ? Find(key, table.ListElements(name)) : s_unknown;
    }

    static SetLookup Find(SetElement? element) => element switch
    {
        null => new SetLookup(MatchResult.No, []),
        { IsConditional: true } => new SetLookup(MatchResult.Maybe, [element]),
        _ => new SetLookup(MatchResult.Yes, [element]),
    };

    static SetLookup Find(KnownBytes key, IReadOnlyList<SetElement> elements)
    {
        var possible = new List<SetElement>();
        foreach (var element in elements)
        {
            if (element.IsCatchAll || element.Key.Length != key.Length || key.IsEqual(element.Key) != MatchResult.No)
                possible.Add(element);
        }
        return new SetLookup(possible.Count == 0 ? MatchResult.No : MatchResult.Maybe, possible);
    }
}

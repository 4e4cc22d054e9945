using static CniBridge.Linux.Nftables.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// What may become of a packet in a base chain, told without sending one. Only chains that it may come to are looked at, and
/// nothing any more once it may be accepted.
/// </summary>
/// <param name="listRules">A chain's rules, by its name; null: not to be had.</param>
public sealed class ChainEvaluation(PacketSketch packet, Func<string, IReadOnlyList<RuleEntry>?> listRules)
{
    readonly Dictionary<string, Outcomes> _outcomes = [];

    /// <summary>The rule that dropped it last; null: the policy did, or nothing.</summary>
    public RuleEntry? Dropping { get; private set; }

    /// <summary>Not a word of <see cref="Outcomes.Next"/>, for there the policy decides.</summary>
    public Outcomes Run(ChainEntry chain)
    {
        var outcomes = Run(chain.Name);
        if ((outcomes & Outcomes.Next) == 0)
            return outcomes;
        Dropping = null;
        return (outcomes & ~Outcomes.Next) | (chain.Policy is { Code: NF_DROP } ? Outcomes.Dropped : Outcomes.Accepted);
    }

    Outcomes Run(string chain)
    {
        if (_outcomes.TryGetValue(chain, out var known))
            return known;
        // The kernel lets no rule lead back to its own chain; of a list that changed meanwhile nothing is known.
        _outcomes[chain] = Outcomes.Anything & ~Outcomes.Returned;
        return _outcomes[chain] = listRules(chain) is { } rules ? Run(rules) : _outcomes[chain];
    }

    Outcomes Run(IReadOnlyList<RuleEntry> rules)
    {
        const Outcomes ends = Outcomes.Accepted | Outcomes.Dropped;
        var possible = Outcomes.None;
        foreach (var rule in rules)
        {
            var outcomes = new RuleEvaluation(packet, Run).Run(rule);
            possible |= outcomes & ends;
            if ((outcomes & Outcomes.Returned) != 0)
                possible |= Outcomes.Next;
            if ((outcomes & Outcomes.Dropped) != 0 && !rule.IsJump)
                Dropping = rule;
            if ((possible & Outcomes.Accepted) != 0 || (outcomes & Outcomes.Next) == 0)
                return possible;
        }
        return possible | Outcomes.Next;
    }
}

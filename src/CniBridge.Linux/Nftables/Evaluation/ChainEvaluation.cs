using CniBridge.Linux.Nftables.Rules;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>
/// A prediction of what a base chain does with a packet, made from its rules. It reads only chains that the packet can reach, and
/// stops when the packet may be accepted.
/// </summary>
public sealed class ChainEvaluation(PacketState state, ITableReader table)
{
    readonly Dictionary<string, Outcomes> _outcomes = [];

    /// <summary>The last rule that dropped the packet; null if the policy dropped it or it was not dropped.</summary>
    public RuleEntry? Dropping { get; private set; }

    /// <summary>Returns all possible outcomes, never <see cref="Outcomes.Next"/>: the policy decides at the end of a base chain.</summary>
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
        // The kernel refuses loops. A list that changed while it was read can contain one, so the chain may do anything until it is
        // evaluated.
        _outcomes[chain] = Outcomes.Anything & ~Outcomes.Returned;
        return _outcomes[chain] = table.ListRules(chain) is { } rules ? Run(rules) : _outcomes[chain];
    }

    Outcomes Run(IReadOnlyList<RuleEntry> rules)
    {
        const Outcomes ends = Outcomes.Accepted | Outcomes.Dropped;
        var possible = Outcomes.None;
        foreach (var rule in rules)
        {
            var (wasMarkKnown, dropping) = (state.IsMarkKnown, Dropping);
            var outcomes = new RuleEvaluation(state, table, Run).Run(rule);
            if (wasMarkKnown && !state.IsMarkKnown)
                _outcomes.Clear();
            possible |= outcomes & ends;
            if ((outcomes & Outcomes.Returned) != 0)
                possible |= Outcomes.Next;
            if ((outcomes & Outcomes.Dropped) != 0 && rule.JumpTarget is null && ReferenceEquals(Dropping, dropping))
                Dropping = rule;
            if ((possible & Outcomes.Accepted) != 0 || (outcomes & Outcomes.Next) == 0)
                return possible;
        }
        return possible | Outcomes.Next;
    }
}

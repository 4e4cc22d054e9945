using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The evaluation of one rule for one packet. An unknown expression may match, and may do anything.</summary>
/// <param name="run">Returns the outcomes of the chain that a rule jumps to.</param>
sealed class RuleEvaluation(PacketState state, ITableReader table, Func<string, Outcomes> run)
{
    readonly RegisterFile _registers = new();

    internal Outcomes Run(RuleEntry rule)
    {
        var isSure = true;
        foreach (var step in rule.Expressions)
        {
            var outcomes = Run(step, out var match);
            if (match == MatchResult.No)
                return Outcomes.Next;
            isSure &= match == MatchResult.Yes;
            if (outcomes != Outcomes.None)
                return isSure ? outcomes : outcomes | Outcomes.Next;
        }
        return Outcomes.Next;
    }

    /// <summary>Returns the outcomes of an expression; none if the next expression decides.</summary>
    Outcomes Run(ExpressionEntry step, out MatchResult match)
    {
        match = MatchResult.Yes;
        switch (step.Name)
        {
            case "immediate": return Decide(step);
            case "reject": return Outcomes.Dropped;
            case XtExtension.Target: return Do(XtExtension.Decode(step));
            case XtExtension.Match: match = XtMatch.Run(XtExtension.Decode(step), state); break;
            case "cmp": match = Compare(step); break;
            case "range": match = CompareRange(step); break;
            case "bitwise": ChangeBits(step); break;
            case "byteorder": ChangeOrder(step); break;
            case "payload" when step.FindNumber(NFTA_PAYLOAD_DREG) is { } register: _registers.Store(register, Payload(step)); break;
            case "meta" when step.FindNumber(NFTA_META_DREG) is { } register:
                _registers.Store(register, state.Meta(step.Number(NFTA_META_KEY)));
                break;
            case "ct" when step.FindNumber(NFTA_CT_DREG) is { } register:
                _registers.Store(register, state.Packet.Connection(step.Number(NFTA_CT_KEY)));
                break;
            case "meta" when step.FindNumber(NFTA_META_KEY) is NFT_META_MARK: state.ForgetMark(); break;
            // Other expressions with a source register change something that is unknown anyway.
            case "counter" or "log" or "last" or "notrack" or "meta" or "ct": break;
            case "lookup": return LookUp(step, out match);
            default:
                match = MatchResult.Maybe;
                _registers.Forget();
                return DecidesNothing(step.Name) ? Outcomes.None : Outcomes.Anything;
        }
        return Outcomes.None;
    }

    /// <summary>Tells whether the expression can end its rule but never decides about the packet.</summary>
    static bool DecidesNothing(string name) => name is "limit" or "quota" or "connlimit" or "fib" or "rt"
        or "socket" or "osf" or "exthdr" or "hash" or "numgen" or "objref" or "dynset" or "flow_offload";

    KnownBytes Payload(ExpressionEntry step) => state.Packet.Payload(
        step.Number(NFTA_PAYLOAD_BASE), step.Number(NFTA_PAYLOAD_OFFSET), step.Number(NFTA_PAYLOAD_LEN));

    void ChangeBits(ExpressionEntry step)
    {
        var (mask, xor) = (step.FindValue(NFTA_BITWISE_MASK), step.FindValue(NFTA_BITWISE_XOR));
        // Shifts, and operations of later kernels.
        if (step.FindNumber(NFTA_BITWISE_OP) is not (null or NFT_BITWISE_BOOL) || mask is null || xor?.Length != mask.Length)
        {
            _registers.Forget();
            return;
        }
        var bytes = _registers.Load(step.Number(NFTA_BITWISE_SREG), mask.Length);
        _registers.Store(step.Number(NFTA_BITWISE_DREG), bytes.Change(mask, xor));
    }

    MatchResult Compare(ExpressionEntry step)
    {
        var value = step.FindValue(NFTA_CMP_DATA) ?? [];
        var bytes = _registers.Load(step.Number(NFTA_CMP_SREG), value.Length);
        var comparison = step.Number(NFTA_CMP_OP);
        if (comparison is NFT_CMP_EQ or NFT_CMP_NEQ)
        {
            var isEqual = bytes.IsEqual(value);
            return comparison == NFT_CMP_EQ ? isEqual : XtMatch.Not(isEqual);
        }
        if (!bytes.AreAllKnown)
            return MatchResult.Maybe;
        var order = bytes.Values.AsSpan().SequenceCompareTo(value);
        return comparison switch
        {
            NFT_CMP_LT => From(order < 0),
            NFT_CMP_LTE => From(order <= 0),
            NFT_CMP_GT => From(order > 0),
            NFT_CMP_GTE => From(order >= 0),
            _ => MatchResult.Maybe,
        };
    }

    MatchResult CompareRange(ExpressionEntry step)
    {
        var (first, last) = (step.FindValue(NFTA_RANGE_FROM_DATA) ?? [], step.FindValue(NFTA_RANGE_TO_DATA) ?? []);
        var bytes = _registers.Load(step.Number(NFTA_RANGE_SREG), first.Length);
        if (!bytes.AreAllKnown)
            return MatchResult.Maybe;
        var match = From(bytes.Values.AsSpan().SequenceCompareTo(first) >= 0 && bytes.Values.AsSpan().SequenceCompareTo(last) <= 0);
        return step.Number(NFTA_RANGE_OP) == NFT_RANGE_EQ ? match : XtMatch.Not(match);
    }

    /// <summary>Applies ntoh or hton, which are the same on machines with the little end first.</summary>
    void ChangeOrder(ExpressionEntry step)
    {
        var (length, size) = ((int)Math.Min(step.Number(NFTA_BYTEORDER_LEN), int.MaxValue), step.Number(NFTA_BYTEORDER_SIZE));
        var bytes = _registers.Load(step.Number(NFTA_BYTEORDER_SREG), length);
        _registers.Store(step.Number(NFTA_BYTEORDER_DREG), size is 2 or 4 or 8 ? bytes.Swap((int)size) : KnownBytes.Nothing(length));
    }

    Outcomes LookUp(ExpressionEntry step, out MatchResult match)
    {
        var found = SetLookup.Run(step, _registers, table);
        match = (step.FindNumber(NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV) is null or 0 ? found.Match : XtMatch.Not(found.Match);
        if (step.FindNumber(NFTA_LOOKUP_DREG) is not { } destination)
            return Outcomes.None;
        if (destination == NFT_REG_VERDICT)
            return found.Elements is null ? Outcomes.Anything : OutcomesOf(found.Elements);
        if (found is { Match: MatchResult.Yes, Elements: [{ Data: { } data }] })
            _registers.Store(destination, KnownBytes.All(data));
        else
            _registers.Forget();
        return Outcomes.None;
    }

    /// <summary>Returns the outcomes of all elements that the packet may have in a verdict map.</summary>
    Outcomes OutcomesOf(IReadOnlyList<SetElement> elements)
    {
        var outcomes = Outcomes.None;
        foreach (var element in elements)
            outcomes |= element.Verdict is { } verdict ? OutcomesOf(verdict) : Outcomes.Anything;
        return outcomes;
    }

    static MatchResult From(bool matches) => matches ? MatchResult.Yes : MatchResult.No;

    Outcomes Decide(ExpressionEntry step)
    {
        if (step.FindVerdict(NFTA_IMMEDIATE_DATA) is { } verdict)
            return OutcomesOf(verdict);
        _registers.Store(step.Number(NFTA_IMMEDIATE_DREG), KnownBytes.All(step.FindValue(NFTA_IMMEDIATE_DATA) ?? []));
        return Outcomes.None;
    }

    Outcomes OutcomesOf(Verdict verdict) => verdict switch
    {
        { Code: NF_ACCEPT } => Outcomes.Accepted,
        { Code: NF_DROP } => Outcomes.Dropped,
        { Code: NFT_RETURN } => Outcomes.Returned,
        { Code: NFT_JUMP, Chain: { } chain } => run(chain),
        { Code: NFT_GOTO, Chain: { } chain } => Leaving(run(chain)),
        _ => Outcomes.Anything,
    };

    /// <summary>Returns the outcomes of a goto: the end of the target chain is the end of this chain too.</summary>
    static Outcomes Leaving(Outcomes outcomes) => (outcomes & Outcomes.Next) == 0
        ? outcomes
        : (outcomes & ~Outcomes.Next) | Outcomes.Returned;

    Outcomes Do(XtExtension target)
    {
        if (target.Name is "MARK" or "CONNMARK")
            state.ForgetMark();
        return target.Name switch
        {
            "REJECT" => Outcomes.Dropped,
            "LOG" or "NFLOG" or "TRACE" or "MARK" or "CONNMARK" or "TCPMSS" or "DSCP" or "CLASSIFY" or "CT" => Outcomes.None,
            _ => Outcomes.Anything,
        };
    }
}

using System.Buffers.Binary;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The evaluation of one rule for one packet. An unknown expression may match, and may do anything.</summary>
/// <param name="run">Returns the outcomes of the chain that a rule jumps to.</param>
sealed class RuleEvaluation(PacketSketch packet, Func<string, Outcomes> run)
{
    /// <summary>XT_CONNTRACK_STATE, XT_CONNTRACK_STATE_ALIAS: the flags of -m conntrack --ctstate and -m state.</summary>
    internal const int StateFlag = 1, AliasFlag = 1 << 13;

    /// <summary>offsetof(struct xt_conntrack_mtinfo3, …); revision 2 has the same offsets.</summary>
    internal const int MatchFlagsOffset = 146, InvertFlagsOffset = 148, StateMaskOffset = 150;

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
            case XtExtension.Match: match = MatchExtension(XtExtension.Decode(step)); break;
            case "cmp": match = Compare(step); break;
            case "bitwise": ChangeBits(step); break;
            case "payload" when step.FindNumber(NFTA_PAYLOAD_DREG) is { } register: _registers.Store(register, Payload(step)); break;
            case "meta" when step.FindNumber(NFTA_META_DREG) is { } register:
                _registers.Store(register, packet.Meta(step.Number(NFTA_META_KEY)));
                break;
            case "ct" when step.FindNumber(NFTA_CT_DREG) is { } register:
                _registers.Store(register, PacketSketch.Connection(step.Number(NFTA_CT_KEY)));
                break;
            // Expressions with a source register change something that is unknown anyway.
            case "counter" or "log" or "last" or "meta" or "ct": break;
            case "lookup" when step.FindNumber(NFTA_LOOKUP_DREG) is NFT_REG_VERDICT: return Outcomes.Anything;
            default:
                match = MatchResult.Maybe;
                _registers.Forget();
                return DecidesNothing(step.Name) ? Outcomes.None : Outcomes.Anything;
        }
        return Outcomes.None;
    }

    /// <summary>Tells whether the expression can end its rule but never decides about the packet.</summary>
    static bool DecidesNothing(string name) => name is "lookup" or "range" or "limit" or "quota" or "connlimit" or "fib" or "rt"
        or "socket" or "osf" or "exthdr" or "hash" or "numgen" or "byteorder" or "objref" or "dynset" or "flow_offload";

    KnownBytes Payload(ExpressionEntry step) => packet.Payload(
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
            return comparison == NFT_CMP_EQ ? isEqual : Not(isEqual);
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

    static MatchResult From(bool matches) => matches ? MatchResult.Yes : MatchResult.No;

    static MatchResult Not(MatchResult match) => (MatchResult)(MatchResult.Yes - match);

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

    static MatchResult MatchExtension(XtExtension extension)
    {
        if (extension.Name == "comment")
            return MatchResult.Yes;
        if (extension is not { Name: "conntrack", Revision: 2 or 3, Info.Length: > StateMaskOffset + 1 })
            return MatchResult.Maybe;
        var (flags, inverted) = (Number(extension, MatchFlagsOffset), Number(extension, InvertFlagsOffset));
        if ((flags & ~AliasFlag) != StateFlag)
            return MatchResult.Maybe;
        var match = PacketSketch.IsInState(Number(extension, StateMaskOffset));
        return (inverted & StateFlag) == 0 ? match : Not(match);
    }

    static ushort Number(XtExtension extension, int offset) =>
        BinaryPrimitives.ReadUInt16LittleEndian(extension.Info.AsSpan(offset));

    static Outcomes Do(XtExtension target) => target.Name switch
    {
        "REJECT" => Outcomes.Dropped,
        "LOG" or "NFLOG" or "MARK" or "CONNMARK" or "TCPMSS" => Outcomes.None,
        _ => Outcomes.Anything,
    };
}

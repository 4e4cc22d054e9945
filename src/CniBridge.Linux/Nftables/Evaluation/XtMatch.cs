using System.Buffers.Binary;
using CniBridge.Linux.Nftables.Expressions;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The evaluation of matches of iptables.</summary>
static class XtMatch
{
    /// <summary>XT_CONNTRACK_STATE, XT_CONNTRACK_STATE_ALIAS: the flags of -m conntrack --ctstate and -m state.</summary>
    internal const int StateFlag = 1, AliasFlag = 1 << 13;

    /// <summary>offsetof(struct xt_conntrack_mtinfo3, …); revision 2 has the same offsets.</summary>
    internal const int MatchFlagsOffset = 146, InvertFlagsOffset = 148, StateMaskOffset = 150;

    /// <summary>offsetof(struct xt_mark_mtinfo1, …)</summary>
    internal const int MarkOffset = 0, MarkMaskOffset = 4, MarkInvertOffset = 8;

    internal static MatchResult Run(XtExtension extension, PacketState state) => extension switch
    {
        { Name: "comment" } => MatchResult.Yes,
        { Name: "conntrack", Revision: 2 or 3, Info.Length: > StateMaskOffset + 1 } => MatchConnection(extension, state.Packet),
        { Name: "mark", Revision: 1, Info.Length: > MarkInvertOffset } => MatchMark(extension.Info, state),
        _ => MatchResult.Maybe,
    };

    static MatchResult MatchConnection(XtExtension extension, PacketSketch packet)
    {
        var (flags, inverted) = (Number(extension, MatchFlagsOffset), Number(extension, InvertFlagsOffset));
        if ((flags & ~AliasFlag) != StateFlag)
            return MatchResult.Maybe;
        var match = packet.IsInState(Number(extension, StateMaskOffset));
        return (inverted & StateFlag) == 0 ? match : Not(match);
    }

    /// <summary>Compares mark 0 with a mark and its mask.</summary>
    static MatchResult MatchMark(ReadOnlySpan<byte> info, PacketState state)
    {
        if (!state.IsMarkKnown)
            return MatchResult.Maybe;
        // The kernel compares the mark as it is, so a value outside the mask matches no packet.
        var match = BinaryPrimitives.ReadUInt32LittleEndian(info[MarkOffset..]) == 0 ? MatchResult.Yes : MatchResult.No;
        return info[MarkInvertOffset] == 0 ? match : Not(match);
    }

    internal static MatchResult Not(MatchResult match) => (MatchResult)(MatchResult.Yes - match);

    static ushort Number(XtExtension extension, int offset) =>
        BinaryPrimitives.ReadUInt16LittleEndian(extension.Info.AsSpan(offset));
}

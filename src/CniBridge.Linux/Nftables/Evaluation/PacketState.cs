using CniBridge.Linux.Nftables.Expressions;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>A packet on its way through chains. Its mark is known until a rule may change it.</summary>
public sealed class PacketState(PacketSketch packet)
{
    internal PacketSketch Packet => packet;

    /// <summary>True while the mark is 0.</summary>
    public bool IsMarkKnown { get; private set; } = packet.IsUnmarked;

    internal void ForgetMark() => IsMarkKnown = false;

    internal KnownBytes Meta(uint key) => key == NFT_META_MARK && IsMarkKnown
        ? KnownBytes.All(Field.Number(0))
        : packet.Meta(key);
}

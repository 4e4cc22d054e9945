using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Loads a constant into a register.</summary>
public sealed record Immediate(byte[] Value, int Register = 0) : Expression
{
    internal override string Name => "immediate";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_IMMEDIATE_DREG, Expressions.Register.NumberOf(Register));
        NftData.Write(ref writer, NFTA_IMMEDIATE_DATA, Value);
    }
}

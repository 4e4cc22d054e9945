using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Loads a constant into a register.</summary>
sealed record Immediate(byte[] Value) : Expression
{
    internal override string Name => "immediate";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_IMMEDIATE_DREG, Register.NumberOf(0));
        NftData.Write(ref writer, NFTA_IMMEDIATE_DATA, Value);
    }
}

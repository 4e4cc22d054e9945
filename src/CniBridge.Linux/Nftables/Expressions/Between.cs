using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Continues if a register is within a range, both ends included, or outside it: range eq, neq.</summary>
public sealed record Between(byte[] First, byte[] Last, int Register = 0) : Expression
{
    public bool IsNegated { get; init; }

    internal override string Name => "range";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_RANGE_SREG, Expressions.Register.NumberOf(Register));
        writer.BigEndian(NFTA_RANGE_OP, IsNegated ? NFT_RANGE_NEQ : NFT_RANGE_EQ);
        NftData.Write(ref writer, NFTA_RANGE_FROM_DATA, First);
        NftData.Write(ref writer, NFTA_RANGE_TO_DATA, Last);
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Changes a register: bitwise REGISTER = (REGISTER &amp; MASK) ^ XOR.</summary>
public sealed record Bitwise(byte[] Mask, byte[] Xor, int Register = 0) : Expression
{
    public static Bitwise And(byte[] mask, int register = 0) => new(mask, new byte[mask.Length], register);

    internal override string Name => "bitwise";

    internal override void WriteData(ref MessageWriter writer)
    {
        var number = Expressions.Register.NumberOf(Register);
        writer.BigEndian(NFTA_BITWISE_SREG, number);
        writer.BigEndian(NFTA_BITWISE_DREG, number);
        writer.BigEndian(NFTA_BITWISE_LEN, (uint)Mask.Length);
        NftData.Write(ref writer, NFTA_BITWISE_MASK, Mask);
        NftData.Write(ref writer, NFTA_BITWISE_XOR, Xor);
    }
}

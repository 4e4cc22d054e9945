using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Continues if the first bytes of a register compare with a value as wanted: cmp eq, neq, gte, lte.</summary>
public sealed record Compare : Expression
{
    readonly uint _operator;
    readonly byte[] _value;
    readonly int _register;

    Compare(uint comparison, byte[] value, int register) => (_operator, _value, _register) = (comparison, value, register);

    public static Compare Equal(byte[] value, int register = 0) => new(NFT_CMP_EQ, value, register);

    public static Compare NotEqual(byte[] value, int register = 0) => new(NFT_CMP_NEQ, value, register);

    public static Compare AtLeast(byte[] value, int register = 0) => new(NFT_CMP_GTE, value, register);

    public static Compare AtMost(byte[] value, int register = 0) => new(NFT_CMP_LTE, value, register);

    internal override string Name => "cmp";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_CMP_SREG, Register.NumberOf(_register));
        writer.BigEndian(NFTA_CMP_OP, _operator);
        NftData.Write(ref writer, NFTA_CMP_DATA, _value);
    }
}

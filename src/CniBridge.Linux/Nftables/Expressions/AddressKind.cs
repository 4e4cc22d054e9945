using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Loads the type of an address according to the routing tables (RTN_LOCAL, …) as a number: fib daddr type.</summary>
public sealed record AddressKind : Expression
{
    readonly uint _flags;
    readonly int _register;

    AddressKind(uint flags, int register) => (_flags, _register) = (flags, register);

    public static AddressKind OfDestination(int register = 0) => new(NFTA_FIB_F_DADDR, register);

    public static AddressKind OfSource(int register = 0) => new(NFTA_FIB_F_SADDR, register);

    internal override string Name => "fib";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_FIB_FLAGS, _flags);
        writer.BigEndian(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
        writer.BigEndian(NFTA_FIB_DREG, Register.NumberOf(_register));
    }
}

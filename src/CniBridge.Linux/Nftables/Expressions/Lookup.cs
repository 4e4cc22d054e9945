using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Continues if registers are in a set of the same table, or are not; a map also loads the data of the element.</summary>
public sealed record Lookup : Expression
{
    readonly string _set;
    readonly int _register;
    readonly uint? _destination;
    readonly bool _isNegated;

    Lookup(SetName set, int register, uint? destination = null, bool isNegated = false) =>
        (_set, _register, _destination, _isNegated) = (set.Name, register, destination, isNegated);

    public static Lookup In(SetName set, int register = 0) => new(set, register);

    public static Lookup NotIn(SetName set, int register = 0) => new(set, register, isNegated: true);

    public static Lookup Map(SetName map, int register = 0, int destination = 0) =>
        new(map, register, Register.NumberOf(destination));

    /// <summary>Applies the verdict that a verdict map has for the key.</summary>
    public static Lookup VerdictMap(SetName map, int register = 0) => new(map, register, NFT_REG_VERDICT);

    internal override string Name => "lookup";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_LOOKUP_SREG, Register.NumberOf(_register));
        if (_destination is { } destination)
            writer.BigEndian(NFTA_LOOKUP_DREG, destination);
        writer.Attribute(NFTA_LOOKUP_SET, _set);
        if (_isNegated)
            writer.BigEndian(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>What connection tracking knows of a packet's connection: ct load KEY.</summary>
public sealed record Connection : Expression
{
    readonly uint _key;
    readonly int _register;

    Connection(uint key, int register) => (_key, _register) = (key, register);

    /// <summary>A number: IPS_DST_NAT, …</summary>
    public static Connection Status(int register = 0) => new(NFT_CT_STATUS, register);

    /// <summary>One byte: IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY.</summary>
    public static Connection Direction(int register = 0) => new(NFT_CT_DIRECTION, register);

    internal override string Name => "ct";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_CT_KEY, _key);
        writer.BigEndian(NFTA_CT_DREG, Register.NumberOf(_register));
    }
}

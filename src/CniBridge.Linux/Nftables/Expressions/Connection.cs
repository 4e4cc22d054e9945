using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Loads a field of the packet's connection from connection tracking: ct load KEY.</summary>
public sealed record Connection : Expression
{
    readonly uint _key;
    readonly int _register;

    Connection(uint key, int register) => (_key, _register) = (key, register);

    /// <summary>Loads the status bits as a number: IPS_DST_NAT, …</summary>
    public static Connection Status(int register = 0) => new(NFT_CT_STATUS, register);

    /// <summary>Loads the direction as one byte: IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY.</summary>
    public static Connection Direction(int register = 0) => new(NFT_CT_DIRECTION, register);

    internal override string Name => "ct";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_CT_KEY, _key);
        writer.BigEndian(NFTA_CT_DREG, Register.NumberOf(_register));
    }
}

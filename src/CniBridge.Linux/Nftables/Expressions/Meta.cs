using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>What the node knows of a packet beside its bytes: meta load KEY, or meta set KEY.</summary>
public sealed record Meta : Expression
{
    readonly uint _key;
    readonly int _register;
    readonly bool _isSet;

    Meta(uint key, int register, bool isSet = false) => (_key, _register, _isSet) = (key, register, isSet);

    /// <summary>One byte: IPv4 or IPv6, whatever the table's family.</summary>
    public static Meta NetworkProtocol(int register = 0) => new(NFT_META_NFPROTO, register);

    /// <summary>One byte: TCP, UDP, …, behind all extension headers.</summary>
    public static Meta TransportProtocol(int register = 0) => new(NFT_META_L4PROTO, register);

    /// <summary>Index, a number.</summary>
    public static Meta InputInterface(int register = 0) => new(NFT_META_IIF, register);

    /// <summary>Index, a number.</summary>
    public static Meta OutputInterface(int register = 0) => new(NFT_META_OIF, register);

    /// <summary>Sixteen bytes. In a table of a bridge: the port that the frame came by.</summary>
    public static Meta InputInterfaceName(int register = 0) => new(NFT_META_IIFNAME, register);

    /// <summary>Sixteen bytes.</summary>
    public static Meta OutputInterfaceName(int register = 0) => new(NFT_META_OIFNAME, register);

    /// <summary>A number.</summary>
    public static Meta Mark(int register = 0) => new(NFT_META_MARK, register);

    public static Meta SetMark(int register = 0) => new(NFT_META_MARK, register, isSet: true);

    /// <summary>One byte: to whom the frame was addressed, PACKET_BROADCAST, …</summary>
    public static Meta PacketType(int register = 0) => new(NFT_META_PKTTYPE, register);

    internal override string Name => "meta";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_META_KEY, _key);
        writer.BigEndian(_isSet ? NFTA_META_SREG : NFTA_META_DREG, Register.NumberOf(_register));
    }
}

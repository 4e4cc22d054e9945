using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Loads or sets a property of a packet that is not in its bytes: meta load KEY, meta set KEY.</summary>
public sealed record Meta : Expression
{
    readonly uint _key;
    readonly int _register;
    readonly bool _isSet;

    Meta(uint key, int register, bool isSet = false) => (_key, _register, _isSet) = (key, register, isSet);

    /// <summary>Loads one byte, IPv4 or IPv6, in tables of all families.</summary>
    public static Meta NetworkProtocol(int register = 0) => new(NFT_META_NFPROTO, register);

    /// <summary>Loads one byte, TCP, UDP, …; the kernel skips extension headers.</summary>
    public static Meta TransportProtocol(int register = 0) => new(NFT_META_L4PROTO, register);

    /// <summary>Loads the interface index as a number.</summary>
    public static Meta InputInterface(int register = 0) => new(NFT_META_IIF, register);

    /// <summary>Loads the interface index as a number.</summary>
    public static Meta OutputInterface(int register = 0) => new(NFT_META_OIF, register);

    /// <summary>Loads 16 bytes. In family bridge: the port on which the frame arrived.</summary>
    public static Meta InputInterfaceName(int register = 0) => new(NFT_META_IIFNAME, register);

    /// <summary>Loads 16 bytes.</summary>
    public static Meta OutputInterfaceName(int register = 0) => new(NFT_META_OIFNAME, register);

    /// <summary>Loads the packet's mark as a number.</summary>
    public static Meta Mark(int register = 0) => new(NFT_META_MARK, register);

    public static Meta SetMark(int register = 0) => new(NFT_META_MARK, register, isSet: true);

    /// <summary>Loads one byte, the receiver of the frame: PACKET_BROADCAST, …</summary>
    public static Meta PacketType(int register = 0) => new(NFT_META_PKTTYPE, register);

    internal override string Name => "meta";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_META_KEY, _key);
        writer.BigEndian(_isSet ? NFTA_META_SREG : NFTA_META_DREG, Register.NumberOf(_register));
    }
}

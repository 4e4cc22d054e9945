using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Loads bytes of a packet: payload load LENGTH @ HEADER + OFFSET. A packet without these bytes does not match.</summary>
public sealed record Payload : Expression
{
    readonly uint _header, _offset, _length;
    readonly int _register;

    Payload(uint header, uint offset, uint length, int register) =>
        (_header, _offset, _length, _register) = (header, offset, length, register);

    public static Payload SourceAddress(AddressFamily family, int register = 0) => SourcePrefix(family, family.IsV6 ? 16u : 4u, register);

    public static Payload DestinationAddress(AddressFamily family, int register = 0) =>
        DestinationPrefix(family, family.IsV6 ? 16u : 4u, register);

    /// <summary>Loads the first bytes of the source address.</summary>
    internal static Payload SourcePrefix(AddressFamily family, uint length, int register = 0) =>
        new(NFT_PAYLOAD_NETWORK_HEADER, family.IsV6 ? 8u : 12u, length, register);

    internal static Payload DestinationPrefix(AddressFamily family, uint length, int register = 0) =>
        new(NFT_PAYLOAD_NETWORK_HEADER, family.IsV6 ? 24u : 16u, length, register);

    /// <summary>Loads the source port of TCP, UDP or SCTP; all have it at the same offset.</summary>
    public static Payload SourcePort(int register = 0) => new(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2, register);

    public static Payload DestinationPort(int register = 0) => new(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, register);

    /// <summary>ether saddr</summary>
    public static Payload EthernetSource(int register = 0) => new(NFT_PAYLOAD_LL_HEADER, 6, 6, register);

    internal override string Name => "payload";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_PAYLOAD_DREG, Register.NumberOf(_register));
        writer.BigEndian(NFTA_PAYLOAD_BASE, _header);
        writer.BigEndian(NFTA_PAYLOAD_OFFSET, _offset);
        writer.BigEndian(NFTA_PAYLOAD_LEN, _length);
    }
}

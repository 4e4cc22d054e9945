using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Replaces the destination or the source of a connection by the contents of registers: dnat to, snat to.</summary>
public sealed record Nat : Expression
{
    readonly bool _isDestination, _isV6;
    readonly int _address;
    readonly int? _port;

    Nat(bool isDestination, AddressFamily family, int address, int? port) =>
        (_isDestination, _isV6, _address, _port) = (isDestination, family.IsV6, address, port);

    /// <summary>Creates a destination NAT.</summary>
    /// <param name="family">The family of the address, and of the packets in a table that sees both.</param>
    /// <param name="address">The register with the address.</param>
    /// <param name="port">The register with the port; null: the port stays.</param>
    public static Nat Destination(AddressFamily family, int address, int? port) => new(true, family, address, port);

    /// <inheritdoc cref="Destination"/>
    public static Nat Source(AddressFamily family, int address, int? port) => new(false, family, address, port);

    /// <summary>True: choose ports at random.</summary>
    public bool IsFullyRandom { get; init; }

    internal override string Name => "nat";

    internal override void WriteData(ref MessageWriter writer)
    {
        WriteKind(ref writer);
        writer.BigEndian(NFTA_NAT_REG_ADDR_MIN, Register.NumberOf(_address));
        if (_port is { } port)
            writer.BigEndian(NFTA_NAT_REG_PROTO_MIN, Register.NumberOf(port));
        if (IsFullyRandom)
            writer.BigEndian(NFTA_NAT_FLAGS, NF_NAT_RANGE_PROTO_RANDOM_FULLY);
    }

    /// <summary>Writes what the kernel lists: upper ends of ranges of one, and flags that repeat which registers are set.</summary>
    internal override void WriteReportedData(ref MessageWriter writer)
    {
        WriteKind(ref writer);
        var flags = NF_NAT_RANGE_MAP_IPS | (IsFullyRandom ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
        writer.BigEndian(NFTA_NAT_REG_ADDR_MIN, Register.NumberOf(_address));
        writer.BigEndian(NFTA_NAT_REG_ADDR_MAX, Register.NumberOf(_address));
        if (_port is { } port)
        {
            flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
            writer.BigEndian(NFTA_NAT_REG_PROTO_MIN, Register.NumberOf(port));
            writer.BigEndian(NFTA_NAT_REG_PROTO_MAX, Register.NumberOf(port));
        }
        writer.BigEndian(NFTA_NAT_FLAGS, flags);
    }

    void WriteKind(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_NAT_TYPE, _isDestination ? NFT_NAT_DNAT : NFT_NAT_SNAT);
        writer.BigEndian(NFTA_NAT_FAMILY, _isV6 ? NFPROTO_IPV6 : (uint)NFPROTO_IPV4);
    }
}

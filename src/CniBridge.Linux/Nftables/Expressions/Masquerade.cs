using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Replaces the source address of a connection by the address of the outgoing interface: masquerade [fully-random].</summary>
public sealed record Masquerade : Expression
{
    /// <summary>True: choose ports at random, from a hash of a secret and the connection.</summary>
    public bool IsRandom { get; init; }

    /// <summary>True: choose ports at random, without a hash.</summary>
    public bool IsFullyRandom { get; init; }

    internal override string Name => "masq";

    internal override void WriteData(ref MessageWriter writer)
    {
        var flags = (IsRandom ? NF_NAT_RANGE_PROTO_RANDOM : 0) | (IsFullyRandom ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
        if (flags != 0)
            writer.BigEndian(NFTA_MASQ_FLAGS, flags);
    }
}

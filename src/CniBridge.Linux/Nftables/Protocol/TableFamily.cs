using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The kind of packets that a table sees.</summary>
public enum TableFamily : byte
{
    /// <summary>All families; only valid in list requests.</summary>
    Any = NFPROTO_UNSPEC,

    /// <summary>IPv4 and IPv6.</summary>
    Inet = NFPROTO_INET,
    IPv4 = NFPROTO_IPV4,
    IPv6 = NFPROTO_IPV6,

    /// <summary>Frames that cross a bridge.</summary>
    Bridge = NFPROTO_BRIDGE,
}

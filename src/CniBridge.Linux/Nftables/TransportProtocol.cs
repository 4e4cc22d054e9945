using static CniBridge.Linux.Nftables.NetfilterConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>The protocols with ports, which all have them in the same place.</summary>
public enum TransportProtocol : byte
{
    Tcp = IPPROTO_TCP,
    Udp = IPPROTO_UDP,
    Sctp = IPPROTO_SCTP,
}

using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The protocols with ports; all have the ports at the same offsets.</summary>
public enum TransportProtocol : byte
{
    Tcp = IPPROTO_TCP,
    Udp = IPPROTO_UDP,
    Sctp = IPPROTO_SCTP,
}

namespace CniBridge.Linux.Packets;

/// <summary>linux/if_ether.h, if_packet.h, filter.h, bpf_common.h, icmpv6.h, netinet/in.h, netinet/icmp6.h</summary>
static class PacketConstants
{
    internal const ushort ETH_P_ALL = 0x3;
    internal const ushort ETH_P_IPV6 = 0x86dd;

    internal const byte PACKET_OUTGOING = 4;

    internal const byte IPPROTO_ICMPV6 = 58;
    internal const byte ND_NEIGHBOR_SOLICIT = 135;
    internal const byte ND_NEIGHBOR_ADVERT = 136;

    internal const ushort BPF_LD = 0x00;
    internal const ushort BPF_JMP = 0x05;
    internal const ushort BPF_RET = 0x06;
    internal const ushort BPF_W = 0x00;
    internal const ushort BPF_H = 0x08;
    internal const ushort BPF_B = 0x10;
    internal const ushort BPF_ABS = 0x20;
    internal const ushort BPF_JEQ = 0x10;
    internal const ushort BPF_K = 0x00;

    internal const int SKF_AD_OFF = -0x1000;
    internal const int SKF_AD_PROTOCOL = 0;
    internal const int SKF_AD_PKTTYPE = 4;
    internal const int SKF_AD_IFINDEX = 8;
}

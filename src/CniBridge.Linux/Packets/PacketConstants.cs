namespace CniBridge.Linux.Packets;

/// <summary>linux/if_ether.h, if_packet.h, filter.h, bpf_common.h, icmpv6.h, netinet/in.h, netinet/icmp6.h</summary>
static class PacketConstants
{
    internal const ushort ETH_P_ALL = 0x3;
    internal const ushort ETH_P_IP = 0x800;
    internal const ushort ETH_P_ARP = 0x806;
    internal const ushort ETH_P_IPV6 = 0x86dd;

    internal const byte ARPHRD_ETHER = 1;
    internal const byte ARPOP_REQUEST = 1;
    internal const byte ARPOP_REPLY = 2;

    internal const byte IPPROTO_ICMP = 1;
    internal const byte ICMP_ECHO = 8;
    internal const byte ICMP_ECHOREPLY = 0;
    internal const byte ICMP6_ECHO_REQUEST = 128;
    internal const byte ICMP6_ECHO_REPLY = 129;
    internal const byte ND_OPT_SOURCE_LINKADDR = 1;

    internal const int IPPROTO_IP = 0;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IP_MTU_DISCOVER = 10;
    internal const int IP_PMTUDISC_PROBE = 3;
    internal const int IPV6_MTU_DISCOVER = 23;
    internal const int IPV6_PMTUDISC_PROBE = 3;

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

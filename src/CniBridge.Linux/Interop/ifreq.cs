using System.Runtime.InteropServices;

// CS8981: lower-case type names are C's.
#pragma warning disable CS8981

namespace CniBridge.Linux.Interop;

/// <summary>struct ifreq of linux/if.h: the name of a link (IFNAMSIZ bytes) and a union of 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
unsafe struct ifreq
{
    [FieldOffset(0)] internal fixed byte ifr_name[16];
    [FieldOffset(16)] internal int ifr_ifindex;
    [FieldOffset(18)] internal fixed byte ifr_hwaddr_sa_data[14];
}

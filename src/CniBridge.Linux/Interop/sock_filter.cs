using System.Runtime.InteropServices;

namespace CniBridge.Linux.Interop;

/// <summary>struct sock_filter of linux/filter.h: an instruction of a classic BPF program.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sock_filter
{
    internal ushort code;
    internal byte jt;
    internal byte jf;
    internal uint k;
}

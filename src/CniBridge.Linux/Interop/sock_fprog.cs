using System.Runtime.InteropServices;

namespace CniBridge.Linux.Interop;

/// <summary>struct sock_fprog of linux/filter.h: a classic BPF program.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct sock_fprog
{
    internal ushort len;
    internal sock_filter* filter;
}

using System.Runtime.InteropServices;

namespace CniBridge.Linux.Interop;

/// <summary>struct sockaddr_nl of linux/netlink.h: the address of a netlink socket.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sockaddr_nl
{
    internal sa_family_t nl_family;
    internal ushort nl_pad;
    internal uint nl_pid;
    internal uint nl_groups;
}

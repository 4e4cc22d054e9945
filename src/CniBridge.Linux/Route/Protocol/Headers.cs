using System.Runtime.InteropServices;

namespace CniBridge.Linux.Route.Protocol;

/// <summary>struct ifinfomsg, linux/rtnetlink.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct InterfaceHeader
{
    internal byte Family;
    internal byte Padding;
    internal ushort DeviceType;
    internal int Index;
    internal uint Flags;
    internal uint Change;
}

/// <summary>struct ifaddrmsg, linux/if_addr.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct AddressHeader
{
    internal byte Family;
    internal byte PrefixLength;
    internal byte Flags;
    internal byte Scope;
    internal int Index;
}

/// <summary>struct rtmsg, linux/rtnetlink.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct RouteHeader
{
    internal byte Family;
    internal byte DestinationLength;
    internal byte SourceLength;
    internal byte TypeOfService;
    internal byte Table;
    internal byte Protocol;
    internal byte Scope;
    internal byte RouteType;
    internal uint Flags;
}

/// <summary>struct ndmsg, linux/neighbour.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct NeighbourHeader
{
    internal byte Family;
    internal byte Padding;
    internal ushort Padding2;
    internal int Index;
    internal ushort State;
    internal byte Flags;
    internal byte NeighbourType;
}

/// <summary>struct br_vlan_msg, linux/if_bridge.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct VlanHeader
{
    internal byte Family;
    internal byte Reserved;
    internal ushort Reserved2;
    internal int Index;
}

/// <summary>struct bridge_vlan_info, linux/if_bridge.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct VlanInfo
{
    internal ushort Flags;
    internal ushort Id;
}

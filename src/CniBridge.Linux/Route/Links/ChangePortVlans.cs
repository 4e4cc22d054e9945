using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>
/// bridge vlan add dev INDEX vid FIRST[-LAST] [pvid untagged], or bridge vlan del. Removing a VLAN that the port does not have is
/// no error (br_netlink.c, br_vlan_info).
/// </summary>
/// <param name="First">The first VLAN of the range, 1 to 4094.</param>
/// <param name="Last">The last VLAN of the range; equal to First for a single one.</param>
public sealed record ChangePortVlans(int Index, string Name, int First, int Last) : INetlinkMessage
{
    public bool IsRemoved { get; init; }

    /// <summary>True: incoming frames without a tag belong to the VLAN, and its frames leave without a tag.</summary>
    public bool IsNative { get; init; }

    public string Operation => $"{(IsRemoved ? "remove" : "add")} VLANs of the bridge port {Name}";
    public ushort Type => IsRemoved ? RTM_DELLINK : RTM_SETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader { Family = (byte)LibC.AF_BRIDGE, Index = Index });
        var flags = IsNative ? (ushort)(BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED) : (ushort)0;
        var vlans = writer.Begin(IFLA_AF_SPEC);
        if (First == Last)
        {
            Write(ref writer, First, flags);
        }
        else
        {
            Write(ref writer, First, (ushort)(flags | BRIDGE_VLAN_INFO_RANGE_BEGIN));
            Write(ref writer, Last, (ushort)(flags | BRIDGE_VLAN_INFO_RANGE_END));
        }
        writer.End(vlans);
    }

    static void Write(ref MessageWriter writer, int id, ushort flags) =>
        writer.StructAttribute(IFLA_BRIDGE_VLAN_INFO, new VlanInfo { Flags = flags, Id = (ushort)id });
}

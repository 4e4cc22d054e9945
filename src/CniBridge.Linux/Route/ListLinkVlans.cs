using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// bridge -compressvlans vlan show: the ports and bridges of the namespace with their VLANs. Works on kernels before 5.6, which do not
/// know <see cref="ListPortVlans"/>. The kernel refuses to filter by port (valid_bridge_getlink_req in rtnetlink.c).
/// </summary>
sealed record ListLinkVlans : INetlinkMessage
{
    public string Operation => "list the VLANs of all bridge ports";
    public ushort Type => RTM_GETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader { Family = (byte)LibC.AF_BRIDGE });
        writer.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
    }
}

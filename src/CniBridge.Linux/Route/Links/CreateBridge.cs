using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>
/// ip link add NAME address MAC [mtu MTU] up type bridge [vlan_filtering 1]. With the MAC in the request, the bridge does not
/// take over the MAC of a port, and no udev rule replaces it.
/// </summary>
/// <param name="Mtu">The MTU in bytes; 0: the kernel's default.</param>
public sealed record CreateBridge(string Name, MacAddress Mac, int Mtu) : INetlinkMessage
{
    /// <summary>True: the bridge filters VLANs. A kernel without support refuses (EOPNOTSUPP).</summary>
    public bool FiltersVlans { get; init; }

    public string Operation => $"create the bridge {Name}";
    public ushort Type => RTM_NEWLINK;
    public ushort Flags => NLM_F_CREATE | NLM_F_EXCL;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader { Flags = IFF_UP, Change = IFF_UP });
        writer.Attribute(IFLA_IFNAME, Name);
        writer.Attribute(IFLA_ADDRESS, Mac.ToBytes());
        if (Mtu > 0)
            writer.Attribute(IFLA_MTU, Mtu);
        var info = writer.Begin(IFLA_LINKINFO);
        writer.Attribute(IFLA_INFO_KIND, "bridge"u8);
        if (FiltersVlans)
        {
            var data = writer.Begin(IFLA_INFO_DATA);
            writer.Attribute(IFLA_BR_VLAN_FILTERING, (byte)1);
            writer.End(data);
        }
        writer.End(info);
    }
}

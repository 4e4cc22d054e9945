using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>bridge -d vlan show dev INDEX. The kernel filters (Linux 5.6).</summary>
sealed record ListPortVlans(int Index) : INetlinkMessage
{
    public string Operation => $"list the VLANs of bridge port {Index}";
    public ushort Type => RTM_GETVLAN;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(new VlanHeader { Family = (byte)LibC.AF_BRIDGE, Index = Index });
}

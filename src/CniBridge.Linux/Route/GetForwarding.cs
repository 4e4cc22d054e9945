using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>bridge fdb get MAC br BRIDGE [vlan VLAN] (Linux 5.0)</summary>
sealed record GetForwarding(int Bridge, MacAddress Mac, int Vlan) : INetlinkMessage
{
    public string Operation => $"look up the port of {Mac}";
    public ushort Type => RTM_GETNEIGH;
    public ushort Flags => 0;
    public int Tolerated => Errno.ENOENT;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new NeighbourHeader { Family = (byte)LibC.AF_BRIDGE });
        writer.Attribute(NDA_LLADDR, Mac.ToBytes());
        if (Vlan != 0)
            writer.Attribute(NDA_VLAN, BitConverter.GetBytes((ushort)Vlan));
        writer.Attribute(NDA_MASTER, Bridge);
    }
}

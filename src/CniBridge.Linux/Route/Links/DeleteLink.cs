using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>
/// ip link del dev INDEX. Deleting one end of a veth pair deletes the other end too. So does the end of a pod's namespace.
/// </summary>
sealed record DeleteLink(int Index, string Name) : INetlinkMessage
{
    public string Operation => $"delete the link {Name}";
    public ushort Type => RTM_DELLINK;
    public ushort Flags => 0;
    public int Tolerated => Errno.ENODEV;

    public void Write(ref MessageWriter writer) => writer.Struct(new InterfaceHeader { Index = Index });
}

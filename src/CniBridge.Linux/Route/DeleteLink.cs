using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// ip link del dev INDEX. Deleting one end of a veth pair deletes the other; a pod's namespace that ends takes them along.
/// </summary>
sealed record DeleteLink(int Index, string Name) : INetlinkMessage
{
    public string Operation => $"delete the link {Name}";
    public ushort Type => RTM_DELLINK;
    public ushort Flags => 0;
    public int Tolerated => Errno.ENODEV;

    public void Write(ref MessageWriter writer) => writer.Struct(new InterfaceHeader { Index = Index });
}

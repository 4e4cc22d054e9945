using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip address show [dev INDEX] for both families. The kernel filters since Linux 4.20.</summary>
/// <param name="Index">The index of the link; 0: all links.</param>
sealed record ListAddresses(int Index) : INetlinkMessage
{
    public string Operation => Index == 0 ? "list the addresses" : $"list the addresses of link {Index}";
    public ushort Type => RTM_GETADDR;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(new AddressHeader { Index = Index });
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip -4 or -6 route show table main</summary>
sealed record ListRoutes(AddressFamily Family) : INetlinkMessage
{
    public string Operation => "list the routes of the main table";
    public ushort Type => RTM_GETROUTE;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(new RouteHeader
    {
        Family = (byte)(Family.IsV6 ? LibC.AF_INET6 : LibC.AF_INET),
        Table = RT_TABLE_MAIN,
    });
}

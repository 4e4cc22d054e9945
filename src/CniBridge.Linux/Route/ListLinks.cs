using System.Text;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip link show type KIND; the kernel filters.</summary>
sealed record ListLinks(string Kind) : INetlinkMessage
{
    public string Operation => $"list the links of kind {Kind}";
    public ushort Type => RTM_GETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader());
        var info = writer.Begin(IFLA_LINKINFO);
        writer.Attribute(IFLA_INFO_KIND, Encoding.ASCII.GetBytes(Kind));
        writer.End(info);
    }
}

using System.Text;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>
/// ip link show type KIND. The kernel filters. Only with a mask does it reserve room for the largest link (rtnl_calcit in
/// rtnetlink.c); without one, a link with many alternative names ends the list early and without an error.
/// </summary>
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
        writer.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }
}

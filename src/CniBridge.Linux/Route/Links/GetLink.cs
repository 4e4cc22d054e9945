using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>ip link show NAME, without virtual functions and IPv6 statistics, which nothing here uses.</summary>
/// <param name="Name">The name; null: find the link by its index.</param>
/// <param name="Index">The index; 0: find the link by its name.</param>
sealed record GetLink(string? Name, int Index = 0) : INetlinkMessage
{
    public string Operation => Name is null ? $"look up link {Index}" : $"look up the link {Name}";
    public ushort Type => RTM_GETLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader { Index = Index });
        if (Name is not null)
            writer.Attribute(IFLA_IFNAME, Name);
        writer.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>
/// The setting accept_ra (linux/Documentation/networking/ip-sysctl.rst): 1 accepts router advertisements only while the node does not
/// forward, 2 always. It is 0 if another program than the kernel handles them.
/// </summary>
static class RouterAdvertisements
{
    /// <summary>
    /// Keeps the learned default routes when forwarding is enabled. Without accept_ra = 2 the kernel then deletes them and ignores further
    /// advertisements. Changes only links that have such a route.
    /// </summary>
    internal static void Keep(RouteSocket socket, TextWriter log)
    {
        foreach (var index in LinksOfDefaultRoutes(socket))
        {
            if (socket.TryGetLink(index) is not { } link || Sysctl.TryRead(NameOf(link)) != "1")
                continue;
            Sysctl.Ensure(NameOf(link), "2");
            log.WriteLine($"set net.ipv6.conf.{link.Name}.accept_ra to 2, so that " +
                $"forwarding does not remove the default route via {link.Name}");
        }
    }

    /// <summary>Makes the node ignore router advertisements of pods, unless it learned its own default route through the bridge.</summary>
    internal static void Ignore(Link bridge, RouteSocket socket, TextWriter log)
    {
        if (Sysctl.TryRead(NameOf(bridge)) is not (null or "0") && !LinksOfDefaultRoutes(socket).Contains(bridge.Index))
            Sysctl.TryEnsure(NameOf(bridge), "0", log);
    }

    static List<int> LinksOfDefaultRoutes(RouteSocket socket) => [.. socket
        .ListRoutes(AddressFamily.IPv6, route => route.IsAdvertised && route.Destination.PrefixLength == 0)
        .SelectMany(route => route.Links)
        .Distinct()];

    static string NameOf(Link link) => $"net/ipv6/conf/{link.Name}/accept_ra";
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>
/// Whom the node believes to be a router (accept_ra in linux/Documentation/networking/ip-sysctl.rst): 1, as long as it does
/// not forward itself; 2, even so. Where another program than the kernel listens to routers, it is 0.
/// </summary>
static class RouterAdvertisements
{
    /// <summary>
    /// Forwarding makes the kernel forget the default routes that it learned, and ignore further advertisements, on links
    /// that do not want them even so. Changes only links that have such a route.
    /// </summary>
    internal static void Keep(RouteSocket socket, TextWriter log)
    {
        foreach (var index in LinksOfDefaultRoutes(socket))
        {
            if (socket.TryGetLink(index) is not { } link || Sysctl.TryRead(NameOf(link)) != "1")
                continue;
            Sysctl.Ensure(NameOf(link), "2");
            log.WriteLine($"set net.ipv6.conf.{link.Name}.accept_ra to 2, so that the default route by {link.Name} outlives forwarding");
        }
    }

    /// <summary>The node must not take a pod for a router; but a bridge with the uplink for a port may have one behind it.</summary>
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

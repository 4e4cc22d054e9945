using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>A route to the pods of another node.</summary>
/// <param name="Link">The name of the link; empty if the link is gone.</param>
public sealed record PeerRoute(Cidr Destination, IpAddress? Gateway, string Link)
{
    internal static List<PeerRoute> List(RouteSocket socket)
    {
        var routes = new List<PeerRoute>();
        foreach (var family in AddressFamilies.All)
        {
            foreach (var route in socket.ListRoutes(family, ClusterRoute.IsOurs))
            {
                routes.Add(new PeerRoute(
                    route.Destination, route.Gateways is [var gateway, ..] ? gateway : null,
                    route.Links is [var link, ..] ? socket.TryGetName(link) ?? "" : ""));
            }
        }
        return routes;
    }
}

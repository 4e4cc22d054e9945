using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The aggregation of routes, for route tables with a quota.</summary>
public static class RouteAggregation
{
    /// <summary>Merges adjacent networks with the same next hop. The result has the order of each node's first route.</summary>
    public static IReadOnlyList<WantedRoute> Merge(IReadOnlyList<WantedRoute> routes)
    {
        var hops = new Dictionary<IpAddress, List<Cidr>>();
        foreach (var route in routes)
        {
            if (hops.TryGetValue(route.NextHop, out var destinations))
                destinations.Add(route.Destination);
            else
                hops.Add(route.NextHop, [route.Destination]);
        }
        var merged = new List<WantedRoute>();
        foreach (var route in routes)
        {
            if (!hops.Remove(route.NextHop, out var destinations))
                continue;
            foreach (var destination in CidrSummary.Create(destinations))
                merged.Add(route with { Destination = destination });
        }
        return merged;
    }
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>
/// The search for next hops on a link of this node. It uses routes of other programs only, so that the result does not depend on
/// earlier results.
/// </summary>
sealed class NextHops(RouteSnapshot snapshot, RouteIndex foreign)
{
    /// <summary>
    /// Returns the first address that is on a link of this node, with the link. If there is none, returns the first address and the
    /// reason.
    /// </summary>
    internal (IpAddress Address, int Index, string? Obstacle) FindFirst(IReadOnlyList<IpAddress> addresses)
    {
        var reasons = new List<string>();
        foreach (var address in addresses)
        {
            var (index, obstacle) = Find(address);
            if (obstacle is null)
                return (address, index, null);
            reasons.Add(obstacle);
        }
        return (addresses[0], 0, string.Join(", and ", reasons));
    }

    /// <summary>Returns the link of an address, or the reason why it is on no link, in words that follow "not routed:".</summary>
    internal (int Index, string? Obstacle) Find(IpAddress address)
    {
        if (snapshot.HasAddress(address))
            return (0, $"{address} is an address of this node");
        if (s_linkLocal.Contains(address))
            return (0, $"{address} is a link-local address, which is valid on every link");
        if (foreign.FindBest(address) is not { } route)
            return (0, $"there is no route to {address}");
        if (!route.IsUnicast || route.Links.Count == 0)
            return (0, $"{address} cannot be reached: the route {route.Destination} does not forward packets");
        if (route.IsDirect)
            return (route.Links[0], null);
        var gateway = route.Gateways.Count > 0 ? $"the gateway {route.Gateways[0]}" : "a gateway";
        return (0, $"{address} is behind {gateway} on {snapshot.LinkName(route.Links[0])}, not on a link of this node");
    }

    /// <summary>fe80::/10 (RFC 4291, section 2.4)</summary>
    static readonly Cidr s_linkLocal = Cidr.Parse("fe80::/10");
}

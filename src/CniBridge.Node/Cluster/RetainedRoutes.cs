using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster;

/// <summary>
/// Decides which of our routes stay although the table does not ask for them. A typing error in the entry of a node must not cut off
/// its pods, so a route that may be the node's is neither removed nor replaced.
/// </summary>
sealed class RetainedRoutes
{
    /// <summary>By the ranges that an entry claims, and of those the ranges that are used.</summary>
    readonly Dictionary<Cidr, List<ImpairedNode>> _claimed = [];
    readonly Dictionary<Cidr, string> _used = [];

    /// <summary>By the addresses of nodes that may have more ranges.</summary>
    readonly Dictionary<IpAddress, string> _addresses = [];

    readonly HashSet<Cidr> _refused = [];

    /// <summary>The rules that a retained route must not break: it may have been made before they were given.</summary>
    readonly RangePolicy? _policy;

    /// <summary>A node of which neither addresses nor ranges are known: every route may be its.</summary>
    string? _unknown;

    internal RetainedRoutes(IReadOnlyList<ImpairedNode> impaired, RangePolicy? policy)
    {
        _policy = policy;
        foreach (var node in impaired)
            Add(node);
    }

    void Add(ImpairedNode node)
    {
        _refused.UnionWith(node.RefusedRanges);
        foreach (var range in node.Claimed.PodRanges)
        {
            if (!_claimed.TryAdd(range, [node]))
                _claimed[range].Add(node);
        }
        foreach (var range in node.IsRejected ? node.Claimed.PodRanges : node.Used.PodRanges)
            _used.TryAdd(range, node.Claimed.Name);
        if (!node.LacksRanges)
            return;
        foreach (var address in node.Claimed.Addresses)
            _addresses.TryAdd(address, node.Claimed.Name);
        if (node.Claimed.Addresses.Count == 0)
            _unknown ??= node.Claimed.Name;
    }

    /// <summary>Returns the name of the impaired node whose unwanted route this may be; null if the route is to be removed.</summary>
    internal string? FindUnwanted(RouteEntry route)
    {
        // A route that is not as we make them has no pods behind it.
        if (!route.IsUnicast || route.Gateways.Count == 0 || IsRefused(route.Destination))
            return null;
        if (_used.TryGetValue(route.Destination, out var node))
            return node;
        foreach (var gateway in route.Gateways)
        {
            if (_addresses.TryGetValue(gateway, out node))
                return node;
        }
        return _unknown;
    }

    /// <summary>
    /// Returns the name of the impaired node whose route this may be, so that it must not give way to a wanted one; null if it may be
    /// replaced. Where creation times decide between claims, the wanted route is right.
    /// </summary>
    /// <param name="nextHop">Of the wanted route.</param>
    internal string? FindContested(RouteEntry route, IpAddress nextHop)
    {
        if (IsRefused(route.Destination) || !_claimed.TryGetValue(route.Destination, out var nodes))
            return null;
        foreach (var node in nodes)
        {
            if (!node.IsRanked && (node.DoubtfulAddresses.Contains(nextHop) || route.Gateways.Any(node.Claimed.Addresses.Contains)))
                return node.Claimed.Name;
        }
        return null;
    }

    bool IsRefused(Cidr destination) => _refused.Contains(destination) || _policy?.WhyNot(destination) is not null;
}

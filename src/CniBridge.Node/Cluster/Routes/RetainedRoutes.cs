using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>
/// The unwanted routes that are retained. A typing error in a node's entry must not disconnect its pods, so a route that may belong to
/// the node is neither removed nor replaced.
/// </summary>
sealed class RetainedRoutes
{
    /// <summary>The impaired nodes by claimed pod CIDR, and their names by used pod CIDR.</summary>
    readonly Dictionary<Cidr, List<ImpairedNode>> _claimed = [];
    readonly Dictionary<Cidr, string> _used = [];

    /// <summary>The names of the nodes that may have more pod CIDRs, by address.</summary>
    readonly Dictionary<IpAddress, string> _addresses = [];

    readonly HashSet<Cidr> _refused = [];

    /// <summary>The rules for retained routes, which may be older than the rules.</summary>
    readonly RangePolicy? _policy;

    /// <summary>The name of a node with unknown addresses and pod CIDRs: every route may belong to it.</summary>
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

    /// <summary>Returns the name of the impaired node to which an unwanted route may belong; null if the route must be removed.</summary>
    internal string? FindUnwanted(RouteEntry route)
    {
        // cni-bridge creates only unicast routes with a gateway, so no pods are behind this one.
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
    /// Returns the name of the impaired node to which an existing route may belong, so that a wanted route must not replace it; null
    /// otherwise. If creation times decide between the entries, the wanted route is correct.
    /// </summary>
    /// <param name="nextHop">The next hop of the wanted route.</param>
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

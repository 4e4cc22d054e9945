using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>
/// The difference between the wanted and the existing routes, as steps. Routes of other programs are never changed, and next hops are
/// chosen without regard to our routes.
/// </summary>
public sealed class RouteReconciliation
{
    readonly WantedRoutes _wanted;
    readonly RouteSnapshot _snapshot;
    readonly RouteIndex _ours = new(), _foreign = new();
    readonly NextHops _nextHops;
    readonly HashSet<Cidr> _settled = [];
    readonly List<RouteStep> _kept = [], _cleared = [], _made = [], _removed = [];
    readonly List<NodeProblem> _problems;

    RouteReconciliation(WantedRoutes wanted, RouteSnapshot snapshot)
    {
        (_wanted, _snapshot) = (wanted, snapshot);
        _problems = [.. wanted.Problems];
        _nextHops = new NextHops(snapshot, _foreign);
    }

    /// <summary>The routes that remain unchanged.</summary>
    public IReadOnlyList<RouteStep> Kept => _kept;

    /// <summary>The changes in the order of execution. Additions precede removals, to minimize the time without a route.</summary>
    public IReadOnlyList<RouteStep> Changes => [.. _cleared, .. _made, .. _removed];

    /// <summary>The problems of the wanted routes, and the reasons why routes are not created.</summary>
    public IReadOnlyList<NodeProblem> Problems => _problems;

    public static RouteReconciliation Create(WantedRoutes wanted, RouteSnapshot snapshot)
    {
        var reconciliation = new RouteReconciliation(wanted, snapshot);
        reconciliation.Run();
        return reconciliation;
    }

    void Run()
    {
        foreach (var route in _snapshot.Routes)
        {
            if (!route.IsCached && !route.HasSource)
                (ClusterRoute.IsOurs(route) ? _ours : _foreign).Add(route);
        }
        foreach (var route in _wanted.Routes)
        {
            var (nextHop, index, obstacle) = FindLink(route);
            if (obstacle is null)
                Settle(route, nextHop, index);
            else
                Report(route, $"is not routed: {obstacle}", NodeProblemKind.Unreachable);
        }
        foreach (var destination in _ours.Destinations)
        {
            if (_settled.Contains(destination))
                continue;
            foreach (var route in _ours.Find(destination))
            {
                if (FindUnwanted(route) is { } node)
                    Retain(route, node);
                else
                    AddRemovals(route, _removed);
            }
        }
    }

    /// <summary>Returns the node because of which an unwanted route is retained; null if it must be removed.</summary>
    string? FindUnwanted(RouteEntry route)
    {
        foreach (var own in _wanted.OwnRanges)
        {
            if (own.Overlaps(route.Destination) && !_wanted.IsOwnImpaired)
                return null;
        }
        return _wanted.Retained.FindUnwanted(route);
    }

    void Retain(RouteEntry route, string node)
    {
        var step = new RouteStep(
            RouteAction.Retain, route.Destination, route.Gateways is [var gateway, ..] ? gateway : null,
            route.Links is [var link] ? link : 0)
        {
            Node = node,
            Link = route.Links is [var index, ..] ? _snapshot.LinkName(index) : "",
        };
        _kept.Add(step);
        _problems.Add(new NodeProblem(node, $"the route {route.Destination}{(step.Gateway is null ? "" : $" via {step.Gateway}")} " +
            "is kept, because the node's entry is faulty")
        {
            Kind = NodeProblemKind.Retained,
        });
    }

    /// <summary>Returns the next hop and the link of a route, or the reason why it must not be created.</summary>
    (IpAddress NextHop, int Index, string? Obstacle) FindLink(WantedRoute route)
    {
        foreach (var own in _wanted.OwnRanges)
        {
            if (own.Overlaps(route.Destination))
                return (route.NextHop, 0, $"it overlaps {own}, a pod CIDR of this node");
        }
        if (_snapshot.FindConnected(route.Destination) is { } connected)
        {
            var network = new Cidr(connected.Cidr.Network, connected.Cidr.PrefixLength);
            return (route.NextHop, 0, $"it is part of {network}, the subnet of this node's link {_snapshot.LinkName(connected.Index)}");
        }
        return _nextHops.FindFirst(route.NextHops);
    }

    void Settle(WantedRoute route, IpAddress nextHop, int index)
    {
        _settled.Add(route.Destination);
        var metric = ClusterRoute.Metric(route.Destination.Address.Family);
        var rival = FindRival(route, metric);
        var ours = _ours.Find(route.Destination);
        var right = FindRight(ours, nextHop, index, metric);
        var step = new RouteStep(RouteAction.Keep, route.Destination, nextHop, index)
        {
            Node = route.Node,
            Link = _snapshot.LinkName(index),
        };
        if (right is not null)
        {
            _kept.Add(step);
            if (right.Links.Count > 1)
                Report(route, "has additional next hops besides the node");
            Remove(ours, _removed, right);
        }
        else if (rival is not null)
        {
            Remove(ours, _removed);
        }
        else if (FindRetained(ours, nextHop) is ({ } retained, { } node))
        {
            Retain(retained, node);
            Remove(ours, _removed, retained);
        }
        else
        {
            Make(step, ours, metric);
        }
    }

    /// <summary>Returns the route that is retained instead of a wanted one, with its node's name; nulls if there is none.</summary>
    (RouteEntry? Route, string? Node) FindRetained(IReadOnlyList<RouteEntry> ours, IpAddress nextHop)
    {
        foreach (var route in ours)
        {
            if (_wanted.Retained.FindContested(route, nextHop) is { } node)
                return (route, node);
        }
        return (null, null);
    }

    /// <summary>Returns another program's route with the same destination and metric. Also reports one with a lower metric.</summary>
    RouteEntry? FindRival(WantedRoute route, uint metric)
    {
        RouteEntry? rival = null;
        foreach (var other in _foreign.Find(route.Destination))
        {
            if (other.TypeOfService != 0 || other.Priority > metric)
                continue;
            var name = ClusterRoute.ProtocolName(other.Protocol);
            Report(route, other.Priority == metric
                ? $"is in conflict with a route of protocol {name} with the same destination and metric"
                : $"is overridden by a route of protocol {name} with the lower metric {other.Priority}", NodeProblemKind.Rival);
            if (other.Priority == metric)
                rival = other;
        }
        return rival;
    }

    static RouteEntry? FindRight(IReadOnlyList<RouteEntry> ours, IpAddress gateway, int index, uint metric)
    {
        foreach (var route in ours)
        {
            if (!IsPlain(route, metric))
                continue;
            for (var i = 0; i < route.Gateways.Count; i++)
            {
                // An IPv6 route with several next hops is correct if one of them is: the kernel stores each as a route of its own.
                if (route.Gateways[i] == gateway && route.Links[i] == index && (route.Gateways.Count == 1 || gateway.IsV6))
                    return route;
            }
        }
        return null;
    }

    /// <summary>Tells whether a route has the form that cni-bridge creates: each next hop has a gateway, and there is no TOS.</summary>
    static bool IsPlain(RouteEntry route, uint metric) =>
        route.IsUnicast && route.TypeOfService == 0 && route.Priority == metric && route.Gateways.Count == route.Links.Count;

    void Make(RouteStep step, IReadOnlyList<RouteEntry> ours, uint metric)
    {
        RouteEntry? former = null;
        foreach (var route in ours)
        {
            if (route.TypeOfService == 0 && route.Priority == metric)
                former ??= route;
        }
        if (former is { Links.Count: > 1 } && step.Destination.Address.IsV6)
        {
            // Some of the next hops may belong to another program, and a replacement would remove them all.
            Remove(ours, _cleared);
            former = null;
        }
        else
        {
            Remove(ours, _removed, former);
        }
        _made.Add(step with
        {
            Action = former is null ? RouteAction.Add : RouteAction.Replace,
            FormerGateway = former is { Gateways: [var gateway, ..] } ? gateway : null,
        });
    }

    void Remove(IReadOnlyList<RouteEntry> routes, List<RouteStep> steps, RouteEntry? except = null)
    {
        foreach (var route in routes)
        {
            if (!ReferenceEquals(route, except))
                AddRemovals(route, steps);
        }
    }

    void AddRemovals(RouteEntry route, List<RouteStep> steps)
    {
        // The kernel deletes an IPv4 route completely, but an IPv6 route one next hop at a time.
        var isSplit = route.Destination.Address.IsV6 && route.Links.Count > 1;
        var count = isSplit ? route.Links.Count : 1;
        for (var i = 0; i < count; i++)
        {
            var index = isSplit || route.Links.Count == 1 ? route.Links[i] : 0;
            steps.Add(new RouteStep(RouteAction.Remove, route.Destination, GatewayOf(route, i, isSplit), index)
            {
                Link = index == 0 ? "" : _snapshot.LinkName(index),
                Metric = route.Priority,
                TypeOfService = route.TypeOfService,
            });
        }
    }

    /// <summary>Returns the gateway of a next hop; null if it has none, or if it is unknown.</summary>
    static IpAddress? GatewayOf(RouteEntry route, int hop, bool isSplit) =>
        route.Gateways.Count == route.Links.Count && (isSplit || route.Gateways.Count == 1) ? route.Gateways[hop] : null;

    void Report(WantedRoute route, string text, NodeProblemKind kind = NodeProblemKind.Other) =>
        _problems.Add(new NodeProblem(route.Node, $"{route.Destination} {text}") { Kind = kind });
}

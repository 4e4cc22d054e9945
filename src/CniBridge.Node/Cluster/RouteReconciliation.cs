using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster;

/// <summary>
/// The difference between the routes that are wanted and those of the kernel, as steps that end it. Of what is not ours
/// nothing is changed, and nothing is decided by what is ours.
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

    /// <summary>Those that stay as they are.</summary>
    public IReadOnlyList<RouteStep> Kept => _kept;

    /// <summary>
    /// In the order in which they are to be done: what is made comes before what is removed, so that packets are without a
    /// route for no longer than they must be.
    /// </summary>
    public IReadOnlyList<RouteStep> Changes => [.. _cleared, .. _made, .. _removed];

    /// <summary>Those of the wanted routes, and why some of them are not made.</summary>
    public IReadOnlyList<NodeProblem> Problems => _problems;

    public static RouteReconciliation Of(WantedRoutes wanted, RouteSnapshot snapshot)
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

    /// <summary>Returns the node because of which an unwanted route stays, or null.</summary>
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
            RouteAction.Retain, route.Destination, route.Gateways is [var gateway, ..] ? gateway : null, route.Links is [var link] ? link : 0)
        {
            Node = node,
            Link = route.Links is [var index, ..] ? _snapshot.LinkName(index) : "",
        };
        _kept.Add(step);
        _problems.Add(new NodeProblem(node, $"the route {route.Destination}{(step.Gateway is null ? "" : $" via {step.Gateway}")} " +
            "stays, because the node's entry is faulty")
        {
            Kind = NodeProblemKind.Retained,
        });
    }

    /// <summary>Returns the address and the link that a route is to go by, or why it is not to be made.</summary>
    (IpAddress NextHop, int Index, string? Obstacle) FindLink(WantedRoute route)
    {
        foreach (var own in _wanted.OwnRanges)
        {
            if (own.Overlaps(route.Destination))
                return (route.NextHop, 0, $"it overlaps {own}, a pod range of this node");
        }
        if (_snapshot.FindConnected(route.Destination) is { } connected)
        {
            var network = new Cidr(connected.Cidr.Network, connected.Cidr.PrefixLength);
            return (route.NextHop, 0, $"it would hide {network}, to which this node is connected by {_snapshot.LinkName(connected.Index)}");
        }
        return _nextHops.FindFirst(route.NextHops);
    }

    void Settle(WantedRoute route, IpAddress nextHop, int index)
    {
        _settled.Add(route.Destination);
        var metric = ClusterRoute.Metric(route.Destination.Address.IsV6);
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
                Report(route, "has other next hops beside the node");
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

    /// <summary>Returns the route that stays in place of a wanted one, with its node's name, or nulls.</summary>
    (RouteEntry? Route, string? Node) FindRetained(IReadOnlyList<RouteEntry> ours, IpAddress nextHop)
    {
        foreach (var route in ours)
        {
            if (_wanted.Retained.FindContested(route, nextHop) is { } node)
                return (route, node);
        }
        return (null, null);
    }

    /// <summary>Somebody else's route with the same destination and metric; one with a lesser metric is told of too.</summary>
    RouteEntry? FindRival(WantedRoute route, uint metric)
    {
        RouteEntry? rival = null;
        foreach (var other in _foreign.Find(route.Destination))
        {
            if (other.TypeOfService != 0 || other.Priority > metric)
                continue;
            var name = ClusterRoute.ProtocolName(other.Protocol);
            Report(route, other.Priority == metric
                ? $"is left to a route of protocol {name} with the same destination and metric"
                : $"is hidden by a route of protocol {name} with the lesser metric {other.Priority}", NodeProblemKind.Rival);
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
                // One of several next hops is right of an IPv6 route only, where each is a route of its own to the kernel.
                if (route.Gateways[i] == gateway && route.Links[i] == index && (route.Gateways.Count == 1 || gateway.IsV6))
                    return route;
            }
        }
        return null;
    }

    /// <summary>Every next hop has a gateway, and packets of all kinds take it.</summary>
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
            // Of several next hops some may be somebody else's, and to replace one replaces all.
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
        // The kernel takes an IPv4 route away whole, and of an IPv6 route one next hop at a time.
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

    /// <summary>Null where the route has none there, or where that cannot be told.</summary>
    static IpAddress? GatewayOf(RouteEntry route, int hop, bool isSplit) =>
        route.Gateways.Count == route.Links.Count && (isSplit || route.Gateways.Count == 1) ? route.Gateways[hop] : null;

    void Report(WantedRoute route, string text, NodeProblemKind kind = NodeProblemKind.Other) =>
        _problems.Add(new NodeProblem(route.Node, $"{route.Destination} {text}") { Kind = kind });
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster.Routes;

public enum RouteAction
{
    /// <summary>The route exists as wanted.</summary>
    Keep,

    /// <summary>The route is not wanted, but is kept because a node's entry may be faulty.</summary>
    Retain,

    Add,

    /// <summary>The route is replaced atomically, so packets always find one of the two.</summary>
    Replace,

    Remove,
}

/// <summary>A planned or executed change of one route of cni-bridge.</summary>
/// <param name="Destination">The pod CIDR.</param>
/// <param name="Gateway">The next hop; null only for a route with our protocol number that cni-bridge did not create.</param>
/// <param name="Index">The index of the link; 0 for several links.</param>
public sealed record RouteStep(RouteAction Action, Cidr Destination, IpAddress? Gateway, int Index)
{
    /// <summary>The name of the node with these pods; null if no node has this pod CIDR any more.</summary>
    public string? Node { get; init; }

    /// <summary>The name of the link, for messages.</summary>
    public string Link { get; init; } = "";

    /// <summary>The next hop before the replacement; null for other steps.</summary>
    public IpAddress? FormerGateway { get; init; }

    internal uint Metric { get; init; }

    internal byte TypeOfService { get; init; }

    internal INetlinkMessage ToMessage() => Action == RouteAction.Remove
        ? new DeleteRoute(Destination, ClusterRoute.Protocol)
        {
            Gateway = Gateway,
            Index = Index,
            Priority = Metric,
            TypeOfService = TypeOfService,
        }
        : new AddRoute(Index, Destination, Gateway)
        {
            Protocol = ClusterRoute.Protocol,
            Replaces = Action == RouteAction.Replace,
            // Another program may have added a route since the snapshot.
            IsExclusive = Action == RouteAction.Add,
        };

    /// <summary>Formats the step as "10.244.2.0/24 via 192.168.1.12 dev eth0 (node2)".</summary>
    public override string ToString() =>
        $"{Destination}{(Gateway is { } gateway ? $" via {gateway}" : "")}{(Link.Length > 0 ? $" dev {Link}" : "")}" +
        (Node is null ? "" : $" ({Node})") + (FormerGateway is null ? "" : $", was via {FormerGateway}");
}

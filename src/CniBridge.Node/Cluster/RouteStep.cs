using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster;

public enum RouteAction
{
    /// <summary>It is there as wanted.</summary>
    Keep,

    /// <summary>It is there and not wanted, and stays because the entry of its node may be faulty.</summary>
    Retain,

    Add,

    /// <summary>In one step: packets always find the one or the other.</summary>
    Replace,

    Remove,
}

/// <summary>What is to become of one of our routes, or became of it.</summary>
/// <param name="Destination">The pod range.</param>
/// <param name="Gateway">The node by which it goes; null only of one that we did not make but that carries our number.</param>
/// <param name="Index">The link by which it goes; 0: of several.</param>
public sealed record RouteStep(RouteAction Action, Cidr Destination, IpAddress? Gateway, int Index)
{
    /// <summary>Whose pods are there; null where no node has the range any more.</summary>
    public string? Node { get; init; }

    /// <summary>The link's name, for people.</summary>
    public string Link { get; init; } = "";

    /// <summary>By which it went before it was replaced.</summary>
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
            // Somebody else's may have come in the meantime.
            IsExclusive = Action == RouteAction.Add,
        };

    /// <summary>10.244.2.0/24 via 192.168.1.12 dev eth0 (node2)</summary>
    public override string ToString() =>
        $"{Destination}{(Gateway is { } gateway ? $" via {gateway}" : "")}{(Link.Length > 0 ? $" dev {Link}" : "")}" +
        (Node is null ? "" : $" ({Node})") + (FormerGateway is null ? "" : $", was via {FormerGateway}");
}

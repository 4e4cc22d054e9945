using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>What a table of nodes asks of one of them, or of a router between them, whatever its links are.</summary>
public sealed class WantedRoutes
{
    WantedRoutes(NodeTable table) => (_problems, Retained) = ([.. table.Problems], new RetainedRoutes(table.Impaired, table.Policy));

    readonly List<WantedRoute> _routes = [];
    readonly List<NodeProblem> _problems;

    /// <summary>In the table's order.</summary>
    public IReadOnlyList<WantedRoute> Routes => _routes;

    /// <summary>The table's own among them.</summary>
    public IReadOnlyList<NodeProblem> Problems => _problems;

    /// <summary>The pod ranges of the node itself: none where it is not in the table, and of a router.</summary>
    public IReadOnlyList<Cidr> OwnRanges { get; private init; } = [];

    /// <summary>The routes that stay although the table does not ask for them.</summary>
    internal RetainedRoutes Retained { get; }

    /// <summary>The entry of the node itself is faulty, so its pod ranges are uncertain.</summary>
    internal bool IsOwnImpaired { get; private init; }

    /// <summary>To the pods of every node but the one.</summary>
    /// <param name="name">Of the node that wants them. That it is not in the table is a problem, but not the other nodes'.</param>
    public static WantedRoutes OfNode(NodeTable table, string name)
    {
        var own = table.Find(name);
        var wanted = new WantedRoutes(table)
        {
            OwnRanges = own?.PodRanges ?? [],
            IsOwnImpaired = table.Impaired.Any(node => NodeNames.AreEqual(node.Claimed.Name, name)),
        };
        if (own is null)
            wanted._problems.Add(new NodeProblem(name, "this node is not in the table of nodes"));
        foreach (var node in table.Nodes)
        {
            if (!NodeNames.AreEqual(node.Name, name))
                wanted.Add(node);
        }
        return wanted;
    }

    /// <summary>To the pods of every node.</summary>
    public static WantedRoutes OfRouter(NodeTable table)
    {
        var wanted = new WantedRoutes(table);
        foreach (var node in table.Nodes)
            wanted.Add(node);
        return wanted;
    }

    void Add(ClusterNode node)
    {
        foreach (var range in node.PodRanges)
        {
            if (node.FindAddresses(range.Address.IsV6) is { Count: > 0 } addresses)
                _routes.Add(new WantedRoute(node.Name, range, addresses));
            else
                _problems.Add(new NodeProblem(node.Name, $"{range} is not routed: the node has no {FamilyOf(range)} address"));
        }
    }

    static string FamilyOf(Cidr range) => range.Address.IsV6 ? "IPv6" : "IPv4";
}

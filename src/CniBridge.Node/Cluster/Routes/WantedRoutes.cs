using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The routes that a node table requires on one node, or on a router between the nodes, regardless of its links.</summary>
public sealed class WantedRoutes
{
    WantedRoutes(NodeTable table) => (_problems, Retained) = ([.. table.Problems], new RetainedRoutes(table.Impaired, table.Policy));

    readonly List<WantedRoute> _routes = [];
    readonly List<NodeProblem> _problems;

    /// <summary>The routes in the order of the table.</summary>
    public IReadOnlyList<WantedRoute> Routes => _routes;

    /// <summary>The problems of the table, and of nodes without an address of a family.</summary>
    public IReadOnlyList<NodeProblem> Problems => _problems;

    /// <summary>The pod CIDRs of this node; empty for a router or if the node is not in the table.</summary>
    public IReadOnlyList<Cidr> OwnRanges { get; private init; } = [];

    /// <summary>The rules for unwanted routes that are retained.</summary>
    internal RetainedRoutes Retained { get; }

    /// <summary>True if the entry of this node is faulty, so that its pod CIDRs are uncertain.</summary>
    internal bool IsOwnImpaired { get; private init; }

    /// <summary>Returns the routes to the pods of all other nodes.</summary>
    /// <param name="name">The name of this node. If it is not in the table, this is reported as a problem.</param>
    public static WantedRoutes OfNode(NodeTable table, string name)
    {
        var own = table.Find(name);
        var wanted = new WantedRoutes(table)
        {
            OwnRanges = own?.PodRanges ?? [],
            IsOwnImpaired = table.Impaired.Any(node => NodeNames.AreEqual(node.Claimed.Name, name)),
        };
        if (own is null)
            wanted._problems.Add(new NodeProblem(name, "this node is not in the node table"));
        foreach (var node in table.Nodes)
        {
            if (!NodeNames.AreEqual(node.Name, name))
                wanted.Add(node);
        }
        return wanted;
    }

    /// <summary>Returns the routes to the pods of all nodes.</summary>
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
            if (node.FindAddresses(range.Address.Family) is { Count: > 0 } addresses)
                _routes.Add(new WantedRoute(node.Name, range, addresses));
            else
                _problems.Add(new NodeProblem(node.Name, $"{range} is not routed: the node has no {FamilyOf(range)} address"));
        }
    }

    static string FamilyOf(Cidr range) => range.Address.IsV6 ? "IPv6" : "IPv4";
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>The nodes of the cluster with what can be used of each, and what could not be used.</summary>
public sealed class NodeTable
{
    /// <summary>
    /// In the source's order. No two share a name, whatever its case, or an address; no pod range overlaps another or holds a node's
    /// address.
    /// </summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>Those of single entries first.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    /// <summary>The entries of all nodes as the source has them.</summary>
    public IReadOnlyList<NodeClaim> Claims { get; init; } = [];

    /// <summary>The nodes of which not everything can be used.</summary>
    public IReadOnlyList<ImpairedNode> Impaired { get; init; } = [];

    /// <summary>The networks that hold all pod ranges of the cluster; empty where they are unknown.</summary>
    public IReadOnlyList<Cidr> ClusterCidrs { get; init; } = [];

    /// <summary>The rules that were applied; null: every pod range that can be one is allowed.</summary>
    internal RangePolicy? Policy { get; private init; }

    /// <summary>The problems of single entries, which comparing the entries does not find.</summary>
    public IReadOnlyList<NodeProblem> EntryProblems { get; init; } = [];

    /// <summary>Creates a table of readable nodes; see <see cref="Create"/>.</summary>
    public static NodeTable Of(IEnumerable<ClusterNode> nodes, IEnumerable<NodeProblem> problems) =>
        Create([.. nodes.Select(static node => new NodeClaim(node))], [.. problems]);

    /// <summary>
    /// Creates a table of the values that can be used together. Where two entries contradict each other the earlier one counts, so
    /// that a node that comes to the cluster with something wrong harms itself and no other.
    /// </summary>
    /// <param name="problems">The problems of single entries.</param>
    /// <param name="policy">Null: every pod range that can be one is allowed.</param>
    internal static NodeTable Create(
        IReadOnlyList<NodeClaim> claims, IReadOnlyList<NodeProblem> problems, RangePolicy? policy = null)
    {
        var candidates = new List<NodeCandidate>(claims.Count);
        foreach (var claim in claims)
            candidates.Add(new NodeCandidate(claim));
        var found = new List<NodeProblem>(problems);
        var named = NodeNames.Check(candidates, found);
        NodeAddresses.Check(named, found);
        PodRanges.Check(named, found, policy);
        return new NodeTable
        {
            Nodes = named.ConvertAll(static candidate => candidate.Node),
            Problems = found,
            Claims = claims,
            Impaired = [.. candidates.Select(static candidate => candidate.ToImpaired()).OfType<ImpairedNode>()],
            ClusterCidrs = policy?.ClusterCidrs ?? [],
            Policy = policy,
            EntryProblems = problems,
        };
    }

    /// <summary>Creates the table of the same entries in which pod ranges that the policy refuses are not used.</summary>
    public NodeTable Apply(RangePolicy policy) => Create(Claims, EntryProblems, policy);

    /// <summary>Creates the same table for a cluster whose pod ranges are all in these networks.</summary>
    public NodeTable WithClusterCidrs(IReadOnlyList<Cidr> clusterCidrs) => new()
    {
        Nodes = Nodes,
        Problems = Problems,
        Claims = Claims,
        Impaired = Impaired,
        ClusterCidrs = clusterCidrs,
        Policy = Policy,
        EntryProblems = EntryProblems,
    };

    /// <summary>
    /// Returns why no route may be removed because of this table, or null. A list without nodes, or without the node that asks, is
    /// that of another cluster, or cut short.
    /// </summary>
    public string? FindImplausibility(string name)
    {
        if (Claims.Count == 0)
            return "the list of nodes is empty";
        foreach (var claim in Claims)
        {
            if (NodeNames.AreEqual(claim.Node.Name, name))
                return null;
        }
        return $"there is no node {NodeNames.Shown(name)} among the {Claims.Count} nodes: name this one with --node-name";
    }

    /// <summary>Returns the node with this name, or null. Case does not matter, as in host names.</summary>
    public ClusterNode? Find(string name)
    {
        foreach (var node in Nodes)
        {
            if (NodeNames.AreEqual(node.Name, name))
                return node;
        }
        return null;
    }
}

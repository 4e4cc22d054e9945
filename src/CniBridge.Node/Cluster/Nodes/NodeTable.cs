using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>The nodes of the cluster with their usable values, and the problems of the rest.</summary>
public sealed class NodeTable
{
    /// <summary>
    /// The nodes in the order of the source. Names (regardless of case) and addresses are unique; no pod CIDR overlaps another or
    /// contains a node's address.
    /// </summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>All problems, those of single entries first.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    /// <summary>The entries of all nodes as the source has them.</summary>
    public IReadOnlyList<NodeClaim> Claims { get; init; } = [];

    /// <summary>The nodes whose entries cannot be used completely.</summary>
    public IReadOnlyList<ImpairedNode> Impaired { get; init; } = [];

    /// <summary>The networks that contain all pod CIDRs of the cluster; empty if unknown.</summary>
    public IReadOnlyList<Cidr> ClusterCidrs { get; init; } = [];

    /// <summary>The place where an operator corrects the entries; null if unknown.</summary>
    public NodeOrigin? Origin { get; private init; }

    /// <summary>The rules that were applied to pod CIDRs; null for none.</summary>
    internal RangePolicy? Policy { get; private init; }

    /// <summary>The problems of single entries, without those found by comparing entries.</summary>
    public IReadOnlyList<NodeProblem> EntryProblems { get; init; } = [];

    /// <summary>
    /// Creates a table from readable nodes; see <see cref="Create(IEnumerable{ClusterNode}, IEnumerable{NodeProblem})"/>.
    /// </summary>
    public static NodeTable Create(IEnumerable<ClusterNode> nodes, IEnumerable<NodeProblem> problems) =>
        Create([.. nodes.Select(static node => new NodeClaim(node))], [.. problems]);

    /// <summary>
    /// Creates a table from the entries that fit together. The earlier of two conflicting entries counts, so that a new faulty node
    /// does not harm existing nodes.
    /// </summary>
    /// <param name="problems">The problems of single entries.</param>
    /// <param name="policy">The rules for pod CIDRs; null to accept every valid one.</param>
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

    /// <summary>Creates the table again without the pod CIDRs that the policy refuses.</summary>
    public NodeTable Apply(RangePolicy policy) => Create(Claims, EntryProblems, policy).WithOrigin(Origin);

    /// <summary>Creates a copy of the table with other cluster networks.</summary>
    public NodeTable WithClusterCidrs(IReadOnlyList<Cidr> clusterCidrs) => Copy(clusterCidrs, Origin);

    /// <summary>Creates a copy of the table with another origin.</summary>
    public NodeTable WithOrigin(NodeOrigin? origin) => Copy(ClusterCidrs, origin);

    NodeTable Copy(IReadOnlyList<Cidr> clusterCidrs, NodeOrigin? origin) => new()
    {
        Nodes = Nodes,
        Problems = Problems,
        Claims = Claims,
        Impaired = Impaired,
        ClusterCidrs = clusterCidrs,
        Origin = origin,
        Policy = Policy,
        EntryProblems = EntryProblems,
    };

    /// <summary>
    /// Returns the reason why this table must not remove routes; null if it may. A list without nodes, or without this node, is
    /// truncated or from another cluster.
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
        return $"node {NodeNames.Shown(name)} is not among the {Claims.Count} nodes: give this node's name with --node-name";
    }

    /// <summary>Returns the node with a name, regardless of case; null if there is none.</summary>
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

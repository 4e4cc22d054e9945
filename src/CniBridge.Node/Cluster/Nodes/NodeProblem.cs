namespace CniBridge.Node.Cluster.Nodes;

/// <summary>A problem of one node's entry. It does not affect other nodes.</summary>
/// <param name="Node">The node's name, or the position of the entry if the name is unusable.</param>
/// <param name="Text">A sentence that names the value.</param>
public sealed record NodeProblem(string Node, string Text)
{
    /// <summary>True if the node loses a pod CIDR because of the problem.</summary>
    public bool CostsPodRange { get; init; }

    public NodeProblemKind Kind { get; init; }

    public override string ToString() => $"{Node}: {Text}";
}

/// <summary>The kinds of problems that need different treatment.</summary>
public enum NodeProblemKind
{
    /// <summary>A problem of the node table itself, or an error of the kernel.</summary>
    Other,

    /// <summary>The pod CIDR is not used: it is outside the cluster networks, or overlaps another network.</summary>
    Refused,

    /// <summary>An unwanted route is retained, because a node's entry is faulty.</summary>
    Retained,

    /// <summary>The node is not on a link of this node.</summary>
    Unreachable,

    /// <summary>A route of another program takes the place of a route of cni-bridge.</summary>
    Rival,
}

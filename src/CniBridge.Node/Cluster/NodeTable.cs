namespace CniBridge.Node.Cluster;

/// <summary>The nodes of the cluster with what can be used of each, and what could not be used.</summary>
public sealed class NodeTable
{
    /// <summary>In the source's order. No two share a name, no pod range overlaps another or holds a node's address.</summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    public ClusterNode? Find(string name)
    {
        foreach (var node in Nodes)
        {
            if (node.Name == name)
                return node;
        }
        return null;
    }
}

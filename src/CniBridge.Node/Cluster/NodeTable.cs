namespace CniBridge.Node.Cluster;

/// <summary>The nodes of the cluster with what can be used of each, and what could not be used.</summary>
public sealed class NodeTable
{
    /// <summary>
    /// In the source's order. No two share a name, whatever its case, or an address; no pod range overlaps another or holds a node's address.
    /// </summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    /// <summary>
    /// A table of what can be used together. Where two entries contradict each other the earlier one counts, so that a node
    /// that comes to the cluster with something wrong harms itself and no other.
    /// </summary>
    /// <param name="problems">What was found wrong with single entries already.</param>
    public static NodeTable Of(IEnumerable<ClusterNode> nodes, IEnumerable<NodeProblem> problems)
    {
        var found = new List<NodeProblem>(problems);
        var named = NodeNames.Check(nodes, found);
        var addressed = NodeAddresses.Check(named, found);
        return new NodeTable { Nodes = PodRanges.Check(addressed, found), Problems = found };
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

using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Agent.Loop;

/// <summary>The node table as its source has it now, kept up to date on other threads.</summary>
interface INodeFeed
{
    /// <summary>The name for messages, to follow "from": "the file /etc/cni-bridge/nodes.json", "Kubernetes".</summary>
    string Description { get; }

    /// <summary>
    /// The last readable table, or null before the first, and why the source cannot be read now, or null. An unchanged table is the same
    /// object.
    /// </summary>
    (NodeTable? Table, string? Failure) Latest { get; }

    /// <summary>Starts to follow the source.</summary>
    /// <param name="trigger">Is set after each change of <see cref="Latest"/>. Its stop ends the feed.</param>
    void Start(Trigger trigger);
}

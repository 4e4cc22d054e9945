using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>A source of the nodes of the cluster.</summary>
public interface INodeSource
{
    /// <summary>The name for messages, to follow "from": "the file /etc/cni-bridge/nodes.json", "Kubernetes".</summary>
    string Description { get; }

    /// <summary>Reads the complete table of nodes.</summary>
    /// <exception cref="Runtime.RuntimeException">The source does not answer, or its answer is not a node table.</exception>
    NodeTable Read();
}

namespace CniBridge.Node.Cluster;

/// <summary>Where the nodes of the cluster are known from.</summary>
public interface INodeSource
{
    /// <summary>In words that follow "from": the file /etc/cni-bridge/nodes.json, Kubernetes.</summary>
    string Description { get; }

    /// <summary>All nodes; always the whole table, never a change to one.</summary>
    /// <exception cref="Runtime.RuntimeException">The source cannot be had, or is no table at all.</exception>
    NodeTable Read();
}

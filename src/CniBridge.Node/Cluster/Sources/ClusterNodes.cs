using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>A node source with given cluster networks, which override those of the source.</summary>
public sealed class ClusterNodes(INodeSource source, IReadOnlyList<Cidr> clusterCidrs) : INodeSource
{
    public string Description => source.Description;

    public NodeTable Read() => source.Read().WithClusterCidrs(clusterCidrs);
}

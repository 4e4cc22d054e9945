using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>A source of nodes for a cluster whose networks are given; they count more than those that the source may name.</summary>
public sealed class ClusterNodes(INodeSource source, IReadOnlyList<Cidr> clusterCidrs) : INodeSource, IDisposable
{
    public string Description => source.Description;

    public NodeTable Read() => source.Read().WithClusterCidrs(clusterCidrs);

    public void Dispose() => (source as IDisposable)?.Dispose();
}

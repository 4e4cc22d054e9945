using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The memory that the nodes of a cluster need. It ends a list or a watch before endless nodes fill the memory.</summary>
sealed class NodeMemory
{
    /// <summary>The limit in bytes. A usual node needs 500 bytes, so this suffices for 60,000 nodes.</summary>
    internal const int Max = 32 * 1024 * 1024;

    long _size;

    /// <exception cref="InvalidDataException">The nodes need more memory than allowed.</exception>
    internal void Add(NodeObject node)
    {
        _size += node.Size;
        if (_size > Max)
            throw new InvalidDataException($"its nodes need more than {Max / 1024 / 1024} MiB of memory");
    }

    internal void Remove(NodeObject node) => _size -= node.Size;

    internal void Clear() => _size = 0;
}

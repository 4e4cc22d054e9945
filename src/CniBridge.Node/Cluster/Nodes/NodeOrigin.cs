namespace CniBridge.Node.Cluster.Nodes;

/// <summary>The place where the entries of a node table are corrected.</summary>
/// <param name="File">The absolute path of the nodes file; null if the entries are Node objects of Kubernetes.</param>
public sealed record NodeOrigin(string? File)
{
    /// <summary>The Node objects of Kubernetes.</summary>
    public static NodeOrigin Kubernetes { get; } = new((string?)null);
}

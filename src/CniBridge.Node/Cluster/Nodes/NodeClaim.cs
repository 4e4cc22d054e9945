namespace CniBridge.Node.Cluster.Nodes;

/// <summary>A node's entry in the source: its readable values, before the comparison with other entries.</summary>
public sealed record NodeClaim(ClusterNode Node)
{
    /// <summary>True if the entry has no name; this was already reported. The node's name is then empty.</summary>
    public bool IsNameless { get; init; }

    /// <summary>True if an address is unreadable, or if required addresses are missing.</summary>
    public bool HasUnreadableAddresses { get; init; }

    /// <summary>True if a pod CIDR is unreadable.</summary>
    public bool HasUnreadableRanges { get; init; }

    /// <summary>
    /// The creation time as RFC 3339 text in UTC, as Kubernetes writes it. Null if the source has none, such as a file edited by hand.
    /// </summary>
    public string? CreationTime { get; init; }
}

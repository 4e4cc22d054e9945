namespace CniBridge.Node.Cluster;

/// <summary>A node's entry in its source: the values that can be read, not compared with those of other nodes yet.</summary>
public sealed record NodeClaim(ClusterNode Node)
{
    /// <summary>The entry has no name, which was reported already. The node's name is empty then.</summary>
    public bool IsNameless { get; init; }

    /// <summary>The entry names addresses that cannot be read, or none where each node has some.</summary>
    public bool HasUnreadableAddresses { get; init; }

    /// <summary>The entry names pod ranges that cannot be read.</summary>
    public bool HasUnreadableRanges { get; init; }

    /// <summary>
    /// RFC 3339 in UTC, as Kubernetes writes it. Null for sources in which the order of nodes means nothing, such as a file that a
    /// person edits.
    /// </summary>
    public string? CreationTime { get; init; }
}

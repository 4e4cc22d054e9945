using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>A node of which not everything that its entry says can be used.</summary>
/// <param name="Claimed">The readable values of its entry.</param>
/// <param name="Used">The values that are used.</param>
public sealed record ImpairedNode(ClusterNode Claimed, ClusterNode Used)
{
    /// <summary>The node may have other addresses than those that are used.</summary>
    public required bool LacksAddresses { get; init; }

    /// <summary>The node may have other pod ranges than those that are used.</summary>
    public required bool LacksRanges { get; init; }

    /// <summary>Creation times decide between nodes that claim the same. Without them, neither is more credible.</summary>
    public required bool IsRanked { get; init; }

    /// <summary>Nothing of the entry is used, because its name cannot be used.</summary>
    public required bool IsRejected { get; init; }

    /// <summary>Used addresses that a less credible entry does not claim, but one that is as credible.</summary>
    public required IReadOnlyList<IpAddress> DoubtfulAddresses { get; init; }

    /// <summary>Claimed ranges that are larger than any node's, so that no route to them may stay.</summary>
    public required IReadOnlyList<Cidr> RefusedRanges { get; init; }
}

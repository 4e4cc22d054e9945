using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>A node whose entry cannot be used completely.</summary>
/// <param name="Claimed">The readable values of the entry.</param>
/// <param name="Used">The values that are used.</param>
public sealed record ImpairedNode(ClusterNode Claimed, ClusterNode Used)
{
    /// <summary>True if the node may have other addresses than the used ones.</summary>
    public required bool LacksAddresses { get; init; }

    /// <summary>True if the node may have other pod CIDRs than the used ones.</summary>
    public required bool LacksRanges { get; init; }

    /// <summary>True if creation times decide between conflicting entries. Without them, both entries are equally credible.</summary>
    public required bool IsRanked { get; init; }

    /// <summary>True if nothing of the entry is used, because its name is invalid or a duplicate.</summary>
    public required bool IsRejected { get; init; }

    /// <summary>The used addresses that another, equally credible entry claims, too.</summary>
    public required IReadOnlyList<IpAddress> DoubtfulAddresses { get; init; }

    /// <summary>The claimed pod CIDRs that contain those of several nodes. Routes to them are never retained.</summary>
    public required IReadOnlyList<Cidr> RefusedRanges { get; init; }
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>
/// The rules for accepting pod CIDRs of other nodes. Without them, one faulty node object could divert the traffic of all nodes.
/// </summary>
public sealed class RangePolicy
{
    /// <summary>
    /// The shortest accepted prefixes without known cluster networks: a whole private IPv4 block, and a common IPv6 site allocation.
    /// </summary>
    const int ShortestV4 = 8, ShortestV6 = 40;

    /// <summary>RFC 1918 (private), RFC 6598 (shared), RFC 2544 (benchmarking).</summary>
    static readonly Cidr[] s_blocks =
    [
        Cidr.Parse("10.0.0.0/8"), Cidr.Parse("172.16.0.0/12"), Cidr.Parse("192.168.0.0/16"), Cidr.Parse("100.64.0.0/10"),
        Cidr.Parse("198.18.0.0/15"),
    ];

    IReadOnlyList<(Cidr Network, string Link)> _connected = [];
    IReadOnlyList<IpAddress> _gateways = [];

    RangePolicy(IReadOnlyList<Cidr> clusterCidrs) => ClusterCidrs = clusterCidrs;

    /// <summary>The networks that contain all pod CIDRs of the cluster; empty if unknown.</summary>
    public IReadOnlyList<Cidr> ClusterCidrs { get; }

    /// <summary>The name of this node, to whose own pod CIDRs the rules do not apply; null for a router.</summary>
    internal string? OwnName { get; private init; }

    /// <summary>Creates the rules that do not depend on this node.</summary>
    public static RangePolicy Create(IReadOnlyList<Cidr> clusterCidrs) => new(clusterCidrs);

    /// <summary>Creates the rules of a node.</summary>
    /// <param name="name">The name of this node.</param>
    /// <param name="connected">The node's subnets and their links.</param>
    /// <param name="gateways">The gateways of default routes that cni-bridge did not create.</param>
    internal static RangePolicy Create(
        IReadOnlyList<Cidr> clusterCidrs, string name, IReadOnlyList<(Cidr Network, string Link)> connected,
        IReadOnlyList<IpAddress> gateways) =>
        new(clusterCidrs) { OwnName = name, _connected = connected, _gateways = gateways };

    /// <summary>Returns why another node's pod CIDR is refused, in words that follow "it"; null if it is accepted.</summary>
    internal string? WhyNot(Cidr range)
    {
        if (WhyNotOfCluster(range) is { } why)
            return why;
        foreach (var (network, link) in _connected)
        {
            if (network.Overlaps(range))
                return $"overlaps {network}, the subnet of this node's link {link}";
        }
        foreach (var gateway in _gateways)
        {
            if (range.Contains(gateway))
                return $"contains {gateway}, the default gateway of this node";
        }
        return null;
    }

    string? WhyNotOfCluster(Cidr range)
    {
        if (ClusterCidrs.Count > 0)
        {
            return ClusterCidrs.Any(cluster => Holds(cluster, range))
                ? null
                : $"is outside the cluster CIDRs (--cluster-cidr {string.Join(',', ClusterCidrs)})";
        }
        var shortest = range.Address.IsV6 ? ShortestV6 : ShortestV4;
        if (range.PrefixLength < shortest)
            return $"is larger than /{shortest}, and --cluster-cidr is not given";
        return range.Address.IsV6 || s_blocks.Any(block => Holds(block, range))
            ? null
            : $"is outside the private, shared and benchmarking blocks ({string.Join(", ", (IEnumerable<Cidr>)s_blocks)}), " +
                "and --cluster-cidr is not given";
    }

    static bool Holds(Cidr network, Cidr other) => network.PrefixLength <= other.PrefixLength && network.Contains(other.Address);

    /// <summary>Compares two sets of rules.</summary>
    internal bool IsSameAs(RangePolicy other) => OwnName == other.OwnName && ClusterCidrs.SequenceEqual(other.ClusterCidrs) &&
        _connected.SequenceEqual(other._connected) && _gateways.SequenceEqual(other._gateways);
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>Pod ranges that packets can be routed to: each one node's, and no node in it.</summary>
sealed class PodRanges
{
    static readonly (Cidr Network, string What)[] s_unusable =
    [
        (Cidr.Parse("0.0.0.0/8"), "addresses of no host (0.0.0.0/8)"),
        (Cidr.Parse("127.0.0.0/8"), "loopback addresses (127.0.0.0/8)"),
        (Cidr.Parse("169.254.0.0/16"), "link-local addresses (169.254.0.0/16)"),
        (Cidr.Parse("224.0.0.0/4"), "multicast addresses (224.0.0.0/4)"),
        (Cidr.Parse("255.255.255.255/32"), "the broadcast address (255.255.255.255)"),
        (Cidr.Parse("::/127"), "the unspecified and the loopback address (:: and ::1)"),
        (Cidr.Parse("fe80::/10"), "link-local addresses (fe80::/10)"),
        (Cidr.Parse("ff00::/8"), "multicast addresses (ff00::/8)"),
    ];

    readonly List<ClusterNode> _nodes;
    readonly List<NodeProblem> _problems;
    readonly AddressOwners _addresses;
    readonly RangeOwners _ranges;

    /// <summary>Addresses that lie in a pod range which came before them.</summary>
    readonly Dictionary<IpAddress, (Cidr Range, string Node)> _lost = [];

    PodRanges(List<ClusterNode> nodes, List<NodeProblem> problems)
    {
        _nodes = nodes;
        _problems = problems;
        _addresses = new AddressOwners(nodes);
        _ranges = new RangeOwners(nodes);
    }

    /// <summary>The nodes with the pod ranges that are theirs alone.</summary>
    internal static IReadOnlyList<ClusterNode> Check(List<ClusterNode> nodes, List<NodeProblem> problems) =>
        new PodRanges(nodes, problems).Check();

    List<ClusterNode> Check()
    {
        var usable = new List<ClusterNode>(_nodes.Count);
        for (var i = 0; i < _nodes.Count; i++)
        {
            var ranges = new List<Cidr>(_nodes[i].PodRanges.Count);
            foreach (var range in _nodes[i].PodRanges)
            {
                if (WhyNot(range, i) is { } why)
                    Report(i, $"the pod range {range} {why}, so it is not used");
                else
                    ranges.Add(range);
            }
            usable.Add(ranges.Count == _nodes[i].PodRanges.Count ? _nodes[i] : _nodes[i] with { PodRanges = ranges });
        }
        return _lost.Count == 0 ? usable : [.. usable.Select(WithoutLost)];
    }

    void Report(int node, string text) => _problems.Add(new NodeProblem(_nodes[node].Name, text) { CostsPodRange = true });

    string? WhyNot(Cidr range, int node)
    {
        if (range.HasHostBits)
            return $"has host bits: its network is {range.Network}/{range.PrefixLength}";
        if (range.PrefixLength == 0)
            return "is every address there is";
        foreach (var (network, what) in s_unusable)
        {
            if (network.Address.IsV6 == range.Address.IsV6 && network.Overlaps(range))
                return $"holds {what}";
        }
        var inside = new List<IpAddress>();
        if (FindNodeIn(range, node, inside) is { } why)
            return why;
        if (_ranges.Give(range, _nodes[node].Name) is { } other)
            return NodeNames.AreEqual(other.Node, _nodes[node].Name) ? $"overlaps {other.Range} of the same node" : $"overlaps {other.Range} of {other.Node}";
        foreach (var address in inside)
            _lost.Add(address, (range, _nodes[node].Name));
        return null;
    }

    /// <summary>
    /// One later node's addresses in it: that node is wrong. Several nodes': this is no range of pods but their network, and
    /// keeping it would cost the cluster more than it.
    /// </summary>
    /// <param name="later">Gets the addresses of that one later node.</param>
    /// <returns>Why the range is wrong, or null.</returns>
    string? FindNodeIn(Cidr range, int node, List<IpAddress> later)
    {
        var laterOwner = -1;
        foreach (var (address, owner) in _addresses.In(range))
        {
            if (owner == node)
                return $"holds the node's own address {address}";
            if (owner < node || (laterOwner >= 0 && laterOwner != owner))
                return $"holds the address {address} of {_nodes[owner].Name}";
            laterOwner = owner;
            later.Add(address);
        }
        return null;
    }

    ClusterNode WithoutLost(ClusterNode node)
    {
        var addresses = new List<IpAddress>(node.Addresses.Count);
        foreach (var address in node.Addresses)
        {
            if (!_lost.TryGetValue(address, out var by))
            {
                addresses.Add(address);
                continue;
            }
            var text = $"the address {address} lies in the pod range {by.Range} of {by.Node}, so it is not used";
            _problems.Add(new NodeProblem(node.Name, text));
        }
        return addresses.Count == node.Addresses.Count ? node : node with { Addresses = addresses };
    }
}

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

    readonly List<NodeCandidate> _nodes;
    readonly List<NodeProblem> _problems;
    readonly RangePolicy? _policy;
    readonly AddressOwners _addresses;
    readonly RangeOwners _ranges;
    readonly RangeIndex _index;

    /// <summary>Addresses that lie in a pod range which came before them.</summary>
    readonly Dictionary<IpAddress, (Cidr Range, string Node)> _lost = [];

    PodRanges(List<NodeCandidate> nodes, List<NodeProblem> problems, RangePolicy? policy)
    {
        (_nodes, _problems, _policy) = (nodes, problems, policy);
        _addresses = new AddressOwners(nodes);
        _ranges = new RangeOwners(nodes);
        _index = new RangeIndex(nodes);
    }

    /// <summary>Leaves each node the pod ranges that can be used and that overlap no earlier node's.</summary>
    internal static void Check(List<NodeCandidate> nodes, List<NodeProblem> problems, RangePolicy? policy) =>
        new PodRanges(nodes, problems, policy).Check();

    void Check()
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            var ranges = new List<Cidr>(_nodes[i].Node.PodRanges.Count);
            foreach (var range in _nodes[i].Node.PodRanges)
            {
                if (WhyNot(range, i) is { } why)
                    Report(i, $"the pod range {range} {why}, so it is not used");
                else
                    ranges.Add(range);
            }
            _nodes[i].UseRanges(ranges);
        }
        if (_lost.Count > 0)
            _nodes.ForEach(RemoveLost);
    }

    void Report(int node, string text) => _problems.Add(new NodeProblem(_nodes[node].Name, text)
    {
        CostsPodRange = true,
        Kind = NodeProblemKind.Refused,
    });

    string? WhyNot(Cidr range, int node)
    {
        if (WhyNotAlone(range, node) is { } unusable)
            return unusable;
        var inside = new List<IpAddress>();
        if (FindNodeIn(range, node, inside) is { } why)
            return why;
        if (_index.FindLesserOwners(range, node) is { } two)
        {
            _nodes[node].Refuse(range);
            return $"holds pod ranges of {_nodes[two.First].Name} and {_nodes[two.Second].Name}";
        }
        if (_ranges.Give(range, node) is { } other)
            return DescribeOverlap(other.Range, other.Owner, node);
        foreach (var address in inside)
            _lost.Add(address, (range, _nodes[node].Name));
        return null;
    }

    /// <summary>Judges the range whatever other nodes have.</summary>
    string? WhyNotAlone(Cidr range, int node)
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
        // This node is connected to its own pods, and makes no route to them.
        return IsOwn(node) ? null : _policy?.WhyNot(range);
    }

    bool IsOwn(int node) => _policy?.OwnName is { } own && NodeNames.AreEqual(own, _nodes[node].Name);

    string DescribeOverlap(Cidr range, int owner, int node)
    {
        if (owner == node)
            return $"overlaps {range} of the same node";
        _nodes[owner].DoubtRanges(_nodes[node]);
        return $"overlaps {range} of {_nodes[owner].Name}";
    }

    /// <summary>
    /// A pod range that holds the address of one later node makes that address wrong: pods' addresses are no nodes'. One that holds
    /// the addresses of several nodes is their network, and keeping it would cost the cluster more than it. Where the networks of pods
    /// are unknown, no range may hold another node's address, because a route to it would take the node's traffic.
    /// </summary>
    /// <param name="later">Gets the addresses of that one later node.</param>
    /// <returns>Why the range is wrong, or null.</returns>
    string? FindNodeIn(Cidr range, int node, List<IpAddress> later)
    {
        var laterOwner = -1;
        var isPodNetworkUnknown = _policy is { ClusterCidrs.Count: 0 } && !IsOwn(node);
        foreach (var (address, owner) in _addresses.In(range))
        {
            if (owner == node)
                return $"holds the node's own address {address}";
            if (owner < node || (laterOwner >= 0 && laterOwner != owner) || isPodNetworkUnknown)
                return $"holds the address {address} of {_nodes[owner].Name}";
            laterOwner = owner;
            later.Add(address);
        }
        return null;
    }

    void RemoveLost(NodeCandidate node)
    {
        var addresses = new List<IpAddress>(node.Node.Addresses.Count);
        foreach (var address in node.Node.Addresses)
        {
            if (!_lost.TryGetValue(address, out var by))
            {
                addresses.Add(address);
                continue;
            }
            var text = $"the address {address} lies in the pod range {by.Range} of {by.Node}, so it is not used";
            _problems.Add(new NodeProblem(node.Name, text));
        }
        node.UseAddresses(addresses, addresses.Count == node.Node.Addresses.Count);
    }
}

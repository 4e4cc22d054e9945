using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>The check of pod CIDRs: each belongs to one node, and contains no node.</summary>
sealed class PodRanges
{
    static readonly (Cidr Network, string What)[] s_unusable =
    [
        (Cidr.Parse("0.0.0.0/8"), "addresses of the block 0.0.0.0/8, which no host has"),
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

    /// <summary>The node addresses that lie in a pod CIDR of an earlier node.</summary>
    readonly Dictionary<IpAddress, (Cidr Range, string Node)> _lost = [];

    PodRanges(List<NodeCandidate> nodes, List<NodeProblem> problems, RangePolicy? policy)
    {
        (_nodes, _problems, _policy) = (nodes, problems, policy);
        _addresses = new AddressOwners(nodes);
        _ranges = new RangeOwners(nodes);
        _index = new RangeIndex(nodes);
    }

    /// <summary>Removes pod CIDRs that are unusable or overlap those of earlier nodes.</summary>
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
                    Report(i, $"the pod CIDR {range} is not used: it {why}");
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
            return $"contains pod CIDRs of {_nodes[two.First].Name} and {_nodes[two.Second].Name}";
        }
        if (_ranges.Give(range, node) is { } other)
            return DescribeOverlap(other.Range, other.Owner, node);
        foreach (var address in inside)
            _lost.Add(address, (range, _nodes[node].Name));
        return null;
    }

    /// <summary>Checks a pod CIDR by itself, without other nodes.</summary>
    string? WhyNotAlone(Cidr range, int node)
    {
        if (range.HasHostBits)
            return $"has host bits: use {range.Network}/{range.PrefixLength}";
        if (range.PrefixLength == 0)
            return "contains all addresses";
        foreach (var (network, what) in s_unusable)
        {
            if (network.Address.Family == range.Address.Family && network.Overlaps(range))
                return $"contains {what}";
        }
        // This node is connected to its own pods, and creates no route to them.
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
    /// Checks for node addresses in a pod CIDR. With addresses of one later node, those addresses are wrong. With addresses of several
    /// nodes, the pod CIDR is wrong. Without known cluster networks it is wrong in any case, because its route would divert traffic to
    /// the node.
    /// </summary>
    /// <param name="later">Receives the addresses of the one later node.</param>
    /// <returns>The reason why the pod CIDR is wrong, or null.</returns>
    string? FindNodeIn(Cidr range, int node, List<IpAddress> later)
    {
        var laterOwner = -1;
        var isPodNetworkUnknown = _policy is { ClusterCidrs.Count: 0 } && !IsOwn(node);
        foreach (var (address, owner) in _addresses.In(range))
        {
            if (owner == node)
                return $"contains the node's own address {address}";
            if (owner < node || (laterOwner >= 0 && laterOwner != owner) || isPodNetworkUnknown)
                return $"contains the address {address} of {_nodes[owner].Name}";
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
            var text = $"the address {address} is not used: it is in the pod CIDR {by.Range} of {by.Node}";
            _problems.Add(new NodeProblem(node.Name, text));
        }
        node.UseAddresses(addresses, addresses.Count == node.Node.Addresses.Count);
    }
}

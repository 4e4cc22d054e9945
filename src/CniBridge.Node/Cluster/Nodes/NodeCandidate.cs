using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>A node's entry during the comparison with other entries.</summary>
sealed class NodeCandidate(NodeClaim claim)
{
    List<IpAddress>? _doubtfulAddresses;
    List<Cidr>? _refusedRanges;
    bool _lacksAddresses = claim.HasUnreadableAddresses, _lacksRanges = claim.HasUnreadableRanges, _isRejected;

    /// <summary>The usable part of the entry.</summary>
    internal ClusterNode Node { get; private set; } = claim.Node;

    internal string Name => Node.Name;

    /// <summary>True if the entry has no name; this was already reported.</summary>
    internal bool IsNameless => claim.IsNameless;

    /// <summary>Marks the entry as unusable.</summary>
    internal void Reject() => _isRejected = _lacksAddresses = _lacksRanges = true;

    /// <summary>Replaces the addresses by the usable ones.</summary>
    /// <param name="isComplete">False if an address was removed. A duplicate in the entry does not count.</param>
    internal void UseAddresses(List<IpAddress> addresses, bool isComplete)
    {
        if (addresses.Count != Node.Addresses.Count)
            Node = Node with { Addresses = addresses };
        _lacksAddresses |= !isComplete;
    }

    internal void UseRanges(List<Cidr> ranges)
    {
        if (ranges.Count == Node.PodRanges.Count)
            return;
        Node = Node with { PodRanges = ranges };
        _lacksRanges = true;
    }

    /// <summary>Records a pod CIDR that contains those of several nodes.</summary>
    internal void Refuse(Cidr range) => (_refusedRanges ??= []).Add(range);

    /// <summary>Records that another entry has the same name. Without creation times either entry may be the wrong one.</summary>
    internal void DoubtName(NodeCandidate other)
    {
        _lacksAddresses |= IsAsCredible(other);
        _lacksRanges |= IsAsCredible(other);
    }

    /// <summary>Records that another entry claims an address of this node.</summary>
    internal void DoubtAddress(NodeCandidate other, IpAddress address)
    {
        if (!IsAsCredible(other))
            return;
        (_doubtfulAddresses ??= []).Add(address);
        _lacksAddresses = true;
    }

    /// <summary>Records that another entry claims a pod CIDR that overlaps one of this node.</summary>
    internal void DoubtRanges(NodeCandidate other) => _lacksRanges |= IsAsCredible(other);

    bool IsAsCredible(NodeCandidate other) => !IsRanked || !other.IsRanked;

    bool IsRanked => claim.CreationTime is not null;

    /// <summary>Returns the faults of the entry; null if all of it can be used.</summary>
    internal ImpairedNode? ToImpaired()
    {
        var lacksAddresses = _lacksAddresses || HasRangeWithoutAddress();
        return !lacksAddresses && !_lacksRanges ? null : new ImpairedNode(claim.Node, Node)
        {
            LacksAddresses = lacksAddresses,
            LacksRanges = _lacksRanges,
            IsRanked = IsRanked,
            IsRejected = _isRejected,
            DoubtfulAddresses = _doubtfulAddresses ?? [],
            RefusedRanges = _refusedRanges ?? [],
        };
    }

    /// <summary>Tells whether a pod CIDR has no node address of its family, so that an address must be missing.</summary>
    bool HasRangeWithoutAddress()
    {
        foreach (var range in Node.PodRanges)
        {
            if (!Node.HasAddress(range.Address.Family))
                return true;
        }
        return false;
    }
}

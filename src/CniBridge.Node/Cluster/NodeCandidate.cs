using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>A node's entry while it is compared with those of other nodes.</summary>
sealed class NodeCandidate(NodeClaim claim)
{
    List<IpAddress>? _doubtfulAddresses;
    List<Cidr>? _refusedRanges;
    bool _lacksAddresses = claim.HasUnreadableAddresses, _lacksRanges = claim.HasUnreadableRanges, _isRejected;

    /// <summary>The part that can be used.</summary>
    internal ClusterNode Node { get; private set; } = claim.Node;

    internal string Name => Node.Name;

    /// <summary>The entry has no name, which was reported already.</summary>
    internal bool IsNameless => claim.IsNameless;

    /// <summary>Notes that nothing of the entry is used.</summary>
    internal void Reject() => _isRejected = _lacksAddresses = _lacksRanges = true;

    /// <param name="isComplete">They are all that the entry has; it may give one twice.</param>
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

    /// <summary>Notes a range that is larger than any node's.</summary>
    internal void Refuse(Cidr range) => (_refusedRanges ??= []).Add(range);

    /// <summary>Notes that another node claims the name that this one has. Without creation times either may be the wrong one.</summary>
    internal void DoubtName(NodeCandidate other)
    {
        _lacksAddresses |= IsAsCredible(other);
        _lacksRanges |= IsAsCredible(other);
    }

    /// <summary>Notes that another node claims an address that this one has.</summary>
    internal void DoubtAddress(NodeCandidate other, IpAddress address)
    {
        if (!IsAsCredible(other))
            return;
        (_doubtfulAddresses ??= []).Add(address);
        _lacksAddresses = true;
    }

    /// <summary>Notes that another node claims a range that overlaps one of this node.</summary>
    internal void DoubtRanges(NodeCandidate other) => _lacksRanges |= IsAsCredible(other);

    bool IsAsCredible(NodeCandidate other) => !IsRanked || !other.IsRanked;

    bool IsRanked => claim.CreationTime is not null;

    /// <summary>Returns null for an entry that can be used as it is.</summary>
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

    /// <summary>Nothing can be sent to such a range, so an address of its family is missing.</summary>
    bool HasRangeWithoutAddress()
    {
        foreach (var range in Node.PodRanges)
        {
            if (!Node.HasAddress(range.Address.IsV6))
                return true;
        }
        return false;
    }
}

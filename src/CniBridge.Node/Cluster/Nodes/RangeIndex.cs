using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>
/// The pod CIDRs of all nodes in sorted order, to find those inside another. A pod CIDR that contains those of several nodes is
/// refused, even for the oldest node: it would capture the traffic of the others.
/// </summary>
sealed class RangeIndex
{
    readonly (Cidr Range, int Owner)[] _ranges;

    /// <summary>The most frequent prefix length of each family: IPv4, IPv6.</summary>
    readonly int[] _usualLengths;

    internal RangeIndex(List<NodeCandidate> nodes)
    {
        var ranges = new List<(Cidr Range, int Owner)>(nodes.Count * 2);
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var range in nodes[i].Node.PodRanges)
                ranges.Add((range, i));
        }
        ranges.Sort(static (one, other) => one.Range.Address.CompareTo(other.Range.Address));
        _ranges = [.. ranges];
        _usualLengths = [FindUsualLength(AddressFamily.IPv4), FindUsualLength(AddressFamily.IPv6)];
    }

    int FindUsualLength(AddressFamily family)
    {
        var counts = new int[129];
        foreach (var (range, _) in _ranges)
        {
            if (range.Address.Family == family)
                counts[range.PrefixLength]++;
        }
        return Array.IndexOf(counts, counts.Max());
    }

    /// <summary>
    /// Returns two other nodes whose pod CIDRs lie in this one, or null. A pod CIDR of the usual size is never refused; then the two
    /// nodes are wrong.
    /// </summary>
    internal (int First, int Second)? FindLesserOwners(Cidr range, int owner)
    {
        if (range.PrefixLength >= _usualLengths[range.Address.IsV6 ? 1 : 0])
            return null;
        int? first = null;
        for (var i = FindFirst(range.Address); i < _ranges.Length && range.Contains(_ranges[i].Range.Address); i++)
        {
            var (lesser, other) = _ranges[i];
            if (other == owner || lesser.PrefixLength <= range.PrefixLength)
                continue;
            if (first is { } known && known != other)
                return (known, other);
            first = other;
        }
        return null;
    }

    /// <summary>Returns the index of the first pod CIDR that starts at or after an address.</summary>
    int FindFirst(IpAddress address)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Range.Address < address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}

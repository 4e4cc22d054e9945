using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>
/// All nodes' pod ranges in order, to find the ranges inside another. A range that holds those of several nodes is the network of the
/// cluster and no node's range: whoever claims it, even the oldest node, would take the pods of all others.
/// </summary>
sealed class RangeIndex
{
    readonly (Cidr Range, int Owner)[] _ranges;

    /// <summary>The prefix length that most ranges of a family have: IPv4, IPv6.</summary>
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
        _usualLengths = [FindUsualLength(isV6: false), FindUsualLength(isV6: true)];
    }

    int FindUsualLength(bool isV6)
    {
        var counts = new int[129];
        foreach (var (range, _) in _ranges)
        {
            if (range.Address.IsV6 == isV6)
                counts[range.PrefixLength]++;
        }
        return Array.IndexOf(counts, counts.Max());
    }

    /// <summary>
    /// Returns two other nodes whose ranges lie in this one; null if there are none, or if the range is no larger than the usual one:
    /// two nodes that claim parts of it are wrong then.
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

    /// <summary>Returns the place of the first range that does not begin before an address.</summary>
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

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>
/// The accepted pod CIDRs, which do not overlap. Two networks overlap only if one contains the other, so one lookup per prefix length
/// in use is enough.
/// </summary>
sealed class RangeOwners
{
    readonly SortedSet<int> _lengths4 = [], _lengths6 = [];
    readonly Dictionary<Cidr, (Cidr Range, int Owner)> _given = [];

    /// <summary>For each network that contains an accepted pod CIDR, one such pod CIDR.</summary>
    readonly Dictionary<Cidr, (Cidr Range, int Owner)> _around = [];

    /// <param name="all">All nodes whose pod CIDRs will be given.</param>
    internal RangeOwners(List<NodeCandidate> all)
    {
        foreach (var node in all)
        {
            foreach (var range in node.Node.PodRanges)
                LengthsOf(range).Add(range.PrefixLength);
        }
    }

    /// <summary>Accepts a pod CIDR and returns null; if an accepted one overlaps it, returns that one with its node's index.</summary>
    internal (Cidr Range, int Owner)? Give(Cidr range, int node)
    {
        foreach (var length in LengthsOf(range))
        {
            if (length <= range.PrefixLength && _given.TryGetValue(Around(range, length), out var holder))
                return holder;
        }
        if (_around.TryGetValue(range, out var held))
            return held;
        _given.Add(range, (range, node));
        foreach (var length in LengthsOf(range))
        {
            if (length < range.PrefixLength)
                _around.TryAdd(Around(range, length), (range, node));
        }
        return null;
    }

    SortedSet<int> LengthsOf(Cidr range) => range.Address.IsV6 ? _lengths6 : _lengths4;

    static Cidr Around(Cidr range, int length) =>
        length == range.PrefixLength ? range : new Cidr(new Cidr(range.Address, length).Network, length);
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>
/// Pod ranges that are given, none overlapping another. Two networks overlap only where one holds the other, so a look-up for
/// each prefix length in use finds out; clusters use one or two.
/// </summary>
sealed class RangeOwners
{
    readonly SortedSet<int> _lengths4 = [], _lengths6 = [];
    readonly Dictionary<Cidr, (Cidr Range, int Owner)> _given = [];

    /// <summary>Of each network around a range that is given, one such range.</summary>
    readonly Dictionary<Cidr, (Cidr Range, int Owner)> _around = [];

    /// <param name="all">Every range that will be asked for.</param>
    internal RangeOwners(List<NodeCandidate> all)
    {
        foreach (var node in all)
        {
            foreach (var range in node.Node.PodRanges)
                LengthsOf(range).Add(range.PrefixLength);
        }
    }

    /// <summary>Returns the range that overlaps this one and the place of its node; null if there is none, and then this one is given.</summary>
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

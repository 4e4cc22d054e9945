using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>Ranges of one address family. An attachment gets one address of each set.</summary>
/// <param name="Index">The position among the network's sets; the name of the file last_reserved_ip.N contains it.</param>
sealed record RangeSet(int Index, AddressRange[] Ranges)
{
    internal AddressFamily Family => Ranges[0].Start.Family;

    /// <summary>The exclusions of the network, which apply to all sets.</summary>
    internal IReadOnlyList<Exclusion> Exclusions { get; init; } = [];

    internal Exclusion? FindExclusion(IpAddress address)
    {
        foreach (var exclusion in Exclusions)
        {
            if (exclusion.Contains(address))
                return exclusion;
        }
        return null;
    }

    /// <summary>Returns the range that contains the address, or null.</summary>
    internal AddressRange? Find(IpAddress address) => Array.Find(Ranges, range => range.Contains(address));

    internal bool Overlaps(RangeSet other) => Array.Exists(Ranges, range => Array.Exists(other.Ranges, range.Overlaps));

    /// <summary>Parses and validates a range set.</summary>
    /// <exception cref="CniException">Code 7, naming the range set or the key.</exception>
    internal static RangeSet Parse(int index, List<RangeJson?>? json, string key)
    {
        var ranges = CniResultReader.Each(json, key, AddressRange.Parse);
        if (ranges.Count == 0)
            throw Invalid(index, "empty range set");
        if (ranges.Exists(range => range.Start.Family != ranges[0].Start.Family))
            throw Invalid(index, "mixed address families");
        for (var i = 0; i < ranges.Count; i++)
        {
            if (ranges.FindIndex(i + 1, ranges[i].Overlaps) is >= 0 and var other)
                throw Invalid(index, $"subnets {ranges[i]} and {ranges[other]} overlap");
        }
        return new RangeSet(index, [.. ranges]);
    }

    static CniException Invalid(int index, string why) =>
        new(CniErrorCode.InvalidConfig, string.Create(CultureInfo.InvariantCulture, $"invalid range set {index}: {why}"));

    public override string ToString() => string.Join<AddressRange>(',', Ranges);
}

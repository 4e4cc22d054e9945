namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>The size of a range set and the number of its reserved addresses.</summary>
/// <param name="size">The number of addresses for pods, at most <see cref="long.MaxValue"/>.</param>
public sealed class PoolUse(string ranges, long size, int used)
{
    public string Ranges => ranges;

    public long Size => size;

    public int Used => used;

    internal static PoolUse Create(RangeSet set, int used)
    {
        var size = 0L;
        foreach (var range in set.Ranges)
        {
            var count = range.Start.CountTo(range.End);
            if (range.Contains(range.Gateway))
                count--;
            foreach (var exclusion in set.Exclusions)
                count -= CountShared(exclusion, range);
            size = count > long.MaxValue - size ? long.MaxValue : size + count;
        }
        return new PoolUse(set.ToString(), size, used);
    }

    /// <summary>
    /// Returns the number of excluded addresses in a range. Addresses of overlapping exclusions are counted more than once.
    /// </summary>
    static long CountShared(Exclusion exclusion, AddressRange range)
    {
        if (!exclusion.Touches(range))
            return 0;
        var (first, last) = (exclusion.Addresses.First, exclusion.Addresses.Last);
        return (first < range.Start ? range.Start : first).CountTo(last > range.End ? range.End : last);
    }
}

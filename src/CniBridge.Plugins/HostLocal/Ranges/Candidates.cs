using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>An address that may be free, and its range.</summary>
sealed record Candidate(IpAddress Address, AddressRange Range);

/// <summary>The order in which the addresses of a range set are tried.</summary>
static class Candidates
{
    /// <summary>
    /// Lists every address of the set once, without gateways and exclusions. Starts after the last reserved address and ends with it, so
    /// that a released address is reused late.
    /// </summary>
    internal static IEnumerable<Candidate> List(RangeSet set, IpAddress? last)
    {
        var current = last is null ? -1 : Array.FindIndex(set.Ranges, range => range.Contains(last));
        if (current >= 0 && last != set.Ranges[current].End)
        {
            foreach (var candidate in Walk(set, set.Ranges[current], last!.Next(), set.Ranges[current].End))
                yield return candidate;
        }
        // Without a current range, this loop visits all ranges from the first.
        for (var i = current + 1; i < set.Ranges.Length + Math.Max(current, 0); i++)
        {
            var range = set.Ranges[i % set.Ranges.Length];
            foreach (var candidate in Walk(set, range, range.Start, range.End))
                yield return candidate;
        }
        if (current >= 0)
        {
            foreach (var candidate in Walk(set, set.Ranges[current], set.Ranges[current].Start, last!))
                yield return candidate;
        }
    }

    static IEnumerable<Candidate> Walk(RangeSet set, AddressRange range, IpAddress from, IpAddress to)
    {
        for (var address = from; ; address = address.Next())
        {
            // An exclusion may be too large to visit each address.
            if (set.FindExclusion(address) is { } exclusion)
                address = exclusion.Addresses.Last;
            else if (address != range.Gateway)
                yield return new Candidate(address, range);
            // Next() of the highest address of a family does not exist.
            if (address >= to)
                yield break;
        }
    }
}

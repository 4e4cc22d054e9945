using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>An address that may be tried, and the range that it is of.</summary>
sealed record Candidate(IpAddress Address, AddressRange Range);

/// <summary>In which order the addresses of a range set are tried.</summary>
static class Candidates
{
    /// <summary>
    /// Every address of the set once, beginning after the last one reserved and ending with it, without the gateways and what is
    /// excluded: an address that was just released is the last to be handed out again.
    /// </summary>
    internal static IEnumerable<Candidate> List(RangeSet set, IpAddress? last)
    {
        var current = last is null ? -1 : Array.FindIndex(set.Ranges, range => range.Contains(last));
        if (current >= 0 && last != set.Ranges[current].End)
        {
            foreach (var candidate in Walk(set, set.Ranges[current], last!.Next(), set.Ranges[current].End))
                yield return candidate;
        }
        // Without a current one that is all of them, from the first.
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
            // An exclusion may have more addresses than anybody could count.
            if (set.FindExclusion(address) is { } exclusion)
                address = exclusion.Addresses.Last;
            else if (address != range.Gateway)
                yield return new Candidate(address, range);
            // The last address of all has no next one.
            if (address >= to)
                yield break;
        }
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>An address that may be tried, and the range that it is of.</summary>
sealed record Candidate(IpAddress Address, AddressRange Range);

/// <summary>Which address an attachment gets: the policy, apart from how reservations are kept.</summary>
sealed class Allocator(IReservationStore store, ReservationOwner owner)
{
    /// <summary>What was handed out last of each range set before, be it of the set or of an earlier configuration's.</summary>
    internal List<IpAddress> LastReserved { get; } = [];

    /// <summary>By number of the range set: the marks among them that an earlier configuration left.</summary>
    internal Dictionary<int, IpAddress> FormerMarks { get; } = [];

    /// <summary>One address of each range set, or none at all. Each reservation's undo is pushed beside it.</summary>
    /// <exception cref="CniException">Nothing is free, or a requested address cannot be had.</exception>
    internal IReadOnlyList<CniIp> Allocate(HostLocalConfig config, Rollback undo)
    {
        var open = config.RequestedAddresses.ToList();
        var allocated = new List<CniIp>();
        foreach (var set in config.RangeSets)
        {
            var requested = open.Find(address => set.Find(address) is not null);
            if (requested is not null)
                open.Remove(requested);
            var last = store.GetLastReserved(set.Index);
            var (address, range) = AllocateFrom(set, requested, last);
            if (last is not null)
                LastReserved.Add(last);
            undo.Push("release " + address, () => store.Release(address, owner));
            store.SetLastReserved(set.Index, address);
            // The mark of an earlier range tells whose an old gateway address is: it is lost only when that is settled.
            if (last is not null && set.Find(last) is null)
            {
                FormerMarks[set.Index] = last;
                undo.Push($"mark {last} again", () => store.SetLastReserved(set.Index, last));
            }
            allocated.Add(new CniIp(new Cidr(address, range.Subnet.PrefixLength), range.Gateway, null));
        }
        if (open.Count > 0)
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"failed to allocate all requested IPs: {string.Join(' ', open)}");
        }
        return allocated;
    }

    Candidate AllocateFrom(RangeSet set, IpAddress? requested, IpAddress? last)
    {
        // An attachment has one address per range set, asked for by number or not.
        if (store.FindByOwner(owner).FirstOrDefault(address => set.Find(address) is not null) is { } held)
            throw Failure(set, $"{held} has been allocated to {owner.ContainerId}, duplicate allocation is not allowed");
        if (requested is { } wanted)
            return ReserveRequested(set, wanted);
        return FindFree(set, last)
            ?? (store.ReclaimLeftovers() ? FindFree(set, last) : null)
            ?? throw Failure(set, $"no IP addresses available in range set: {set}");
    }

    Candidate ReserveRequested(RangeSet set, IpAddress wanted)
    {
        var range = set.Find(wanted)!;
        if (wanted == range.Gateway)
            throw Failure(set, $"requested ip {wanted} is subnet's gateway");
        if (store.TryReserve(wanted, owner) || (store.ReclaimLeftovers() && store.TryReserve(wanted, owner)))
            return new Candidate(wanted, range);
        throw Failure(set, $"requested IP address {wanted} is not available in range set {set}");
    }

    Candidate? FindFree(RangeSet set, IpAddress? last)
    {
        foreach (var candidate in Candidates(set, last))
        {
            if (store.TryReserve(candidate.Address, owner))
                return candidate;
        }
        return null;
    }

    /// <summary>
    /// Every address of the set once, beginning after the last one reserved and ending with it, without the gateways: an
    /// address that was just released is the last to be handed out again.
    /// </summary>
    internal static IEnumerable<Candidate> Candidates(RangeSet set, IpAddress? last)
    {
        var current = last is null ? -1 : Array.FindIndex(set.Ranges, range => range.Contains(last));
        if (current >= 0 && last != set.Ranges[current].End)
        {
            foreach (var candidate in Walk(set.Ranges[current], last!.Next(), set.Ranges[current].End))
                yield return candidate;
        }
        // Without a current one that is all of them, from the first.
        for (var i = current + 1; i < set.Ranges.Length + Math.Max(current, 0); i++)
        {
            var range = set.Ranges[i % set.Ranges.Length];
            foreach (var candidate in Walk(range, range.Start, range.End))
                yield return candidate;
        }
        if (current >= 0)
        {
            foreach (var candidate in Walk(set.Ranges[current], set.Ranges[current].Start, last!))
                yield return candidate;
        }
    }

    static IEnumerable<Candidate> Walk(AddressRange range, IpAddress from, IpAddress to)
    {
        for (var address = from; ; address = address.Next())
        {
            if (address != range.Gateway)
                yield return new Candidate(address, range);
            // The last address of all has no next one.
            if (address == to)
                yield break;
        }
    }

    static CniException Failure(RangeSet set, string why) => new(CniErrorCode.Internal,
        string.Create(CultureInfo.InvariantCulture, $"failed to allocate for range {set.Index}: {why}"));
}

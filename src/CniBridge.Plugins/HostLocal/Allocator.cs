using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>Which address an attachment gets: the policy, apart from how reservations are kept.</summary>
sealed class Allocator(IReservationStore store, ReservationOwner owner)
{
    /// <summary>One address of each range set, or none at all. Each reservation's undo is pushed beside it.</summary>
    /// <exception cref="CniException">Nothing is free, or a requested address cannot be had.</exception>
    internal IReadOnlyList<CniIp> Allocate(HostLocalConfig config, Rollback undo)
    {
        var open = config.RequestedAddresses.ToList();
        var allocated = new List<CniIp>();
        foreach (var set in config.RangeSets)
        {
            var requested = open.Where(address => set.Find(address) is not null).Cast<IpAddress?>().FirstOrDefault();
            if (requested is { } taken)
                open.Remove(taken);
            var (address, range) = AllocateFrom(set, requested);
            undo.Push($"release {address}", () => store.Release(address, owner));
            store.SetLastReserved(set.Index, address);
            allocated.Add(new CniIp(new Cidr(address, range.Subnet.PrefixLength), range.Gateway, null));
        }
        if (open.Count > 0)
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"failed to allocate all requested IPs: {string.Join(' ', open)}");
        }
        return allocated;
    }

    (IpAddress, AddressRange) AllocateFrom(RangeSet set, IpAddress? requested)
    {
        // An attachment has one address per range set, asked for by number or not.
        var held = store.FindByOwner(owner).Where(address => set.Find(address) is not null).Cast<IpAddress?>().FirstOrDefault();
        if (held is { } old)
            throw Failure(set, $"{old} has been allocated to {owner.ContainerId}, duplicate allocation is not allowed");
        if (requested is { } wanted)
            return (wanted, ReserveRequested(set, wanted));
        return FindFree(set)
            ?? (store.ReclaimLeftovers() ? FindFree(set) : null)
            ?? throw Failure(set, $"no IP addresses available in range set: {set}");
    }

    AddressRange ReserveRequested(RangeSet set, IpAddress wanted)
    {
        var range = set.Find(wanted)!;
        if (wanted == range.Gateway)
            throw Failure(set, $"requested ip {wanted} is subnet's gateway");
        if (store.TryReserve(wanted, owner) || (store.ReclaimLeftovers() && store.TryReserve(wanted, owner)))
            return range;
        throw Failure(set, $"requested IP address {wanted} is not available in range set {set}");
    }

    (IpAddress, AddressRange)? FindFree(RangeSet set)
    {
        foreach (var (address, range) in Candidates(set, store.GetLastReserved(set.Index)))
        {
            if (store.TryReserve(address, owner))
                return (address, range);
        }
        return null;
    }

    /// <summary>
    /// Every address of the set once, beginning after the last one reserved and ending with it, without the gateways: an
    /// address that was just released is the last to be handed out again.
    /// </summary>
    internal static IEnumerable<(IpAddress Address, AddressRange Range)> Candidates(RangeSet set, IpAddress? last)
    {
        var ranges = set.Ranges;
        var first = last is { } known && set.Find(known) is { } found ? IndexOf(ranges, found) : 0;
        var start = last is { } after && set.Find(after) is not null ? after : (IpAddress?)null;
        // The range of the last address is walked twice: its rest now, its beginning up to the last address at the end.
        for (var i = 0; i <= ranges.Count; i++)
        {
            var range = ranges[(first + i) % ranges.Count];
            if (i == ranges.Count && start is null)
                yield break;
            var from = i == 0 && start is { } resume ? resume.Next() : range.Start;
            var to = i == ranges.Count ? start!.Value : range.End;
            if (i == 0 && start == range.End)
                continue;
            for (var address = from; address <= to; address = address.Next())
            {
                if (address != range.Gateway)
                    yield return (address, range);
                if (address == to)
                    break;
            }
        }
    }

    static int IndexOf(IReadOnlyList<AddressRange> ranges, AddressRange range)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            if (ReferenceEquals(ranges[i], range))
                return i;
        }
        return 0;
    }

    static CniException Failure(RangeSet set, string why) => new(CniErrorCode.Internal,
        string.Create(CultureInfo.InvariantCulture, $"failed to allocate for range {set.Index}: {why}"));
}

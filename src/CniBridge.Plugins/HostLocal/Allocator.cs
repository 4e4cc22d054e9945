using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The policy that chooses the address of an attachment, independent of how reservations are stored.</summary>
sealed class Allocator(IReservationStore store, ReservationOwner owner)
{
    IReadOnlyList<IpAddress> _held = [];

    /// <summary>The previous last reserved address of each range set; it may be outside the configured ranges.</summary>
    internal List<IpAddress> LastReserved { get; } = [];

    /// <summary>The last reserved addresses of an earlier configuration, by the number of the range set.</summary>
    internal Dictionary<int, IpAddress> FormerMarks { get; } = [];

    /// <summary>The addresses that this call reserved; without those that the attachment had before.</summary>
    internal List<IpAddress> Reserved { get; } = [];

    /// <summary>The record of the former attachment, if this one takes over its addresses; otherwise null.</summary>
    internal OwnerRecord? Former { get; private set; }

    /// <summary>Returns the claim of an address on the network, or null.</summary>
    internal Func<IpAddress, AddressClaim?> FindClaim { get; init; } = _ => null;

    /// <summary>
    /// Deletes the owner's host link, which the kernel keeps for a while after the end of a namespace. Null if this plugin creates no
    /// links.
    /// </summary>
    internal Action? DeleteHostLink { get; init; }

    internal TextWriter Log { get; init; } = TextWriter.Null;

    /// <summary>Allocates one address of each range set. Pushes the undo of each reservation.</summary>
    /// <exception cref="CniException">No address is free, or a requested address is not available.</exception>
    internal IReadOnlyList<CniIp> Allocate(HostLocalConfig config, Rollback undo)
    {
        var open = config.RequestedAddresses.ToList();
        var allocated = new List<CniIp>();
        _held = store.FindByOwner(owner);
        // The first reservation replaces the record of the former attachment, so its addresses are adopted before.
        AdoptHeld(config.RangeSets, undo);
        foreach (var set in config.RangeSets)
        {
            var requested = open.Find(address => set.Find(address) is not null);
            if (requested is not null)
                open.Remove(requested);
            var last = store.GetLastReserved(set.Index);
            var (address, range) = FindHeld(set, requested) ?? Reserve(set, requested, last, config.ReuseDelay, undo);
            if (last is not null)
                LastReserved.Add(last);
            store.SetLastReserved(set.Index, address);
            // A former last reserved address shows which old gateway address belongs to the network, so a failed ADD keeps it.
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

    /// <summary>
    /// Returns the address of the set that the attachment has already, for example from before its container was restarted.
    /// </summary>
    Candidate? FindHeld(RangeSet set, IpAddress? requested)
    {
        if (HeldOf(set) is not { } held)
            return null;
        var range = set.Find(held)!;
        if ((requested is null || requested == held) && held != range.Gateway && set.FindExclusion(held) is null)
            return new Candidate(held, range);
        store.Release(held, owner);
        return null;
    }

    IpAddress? HeldOf(RangeSet set)
    {
        foreach (var address in _held)
        {
            if (set.Find(address) is not null)
                return address;
        }
        return null;
    }

    void AdoptHeld(IReadOnlyList<RangeSet> sets, Rollback undo)
    {
        foreach (var set in sets)
        {
            if (HeldOf(set) is { } held)
            {
                Adopt(set, held, undo);
                return;
            }
        }
    }

    void Adopt(RangeSet set, IpAddress held, Rollback undo)
    {
        RefuseUnlessDead(set, held);
        foreach (var other in _held)
        {
            if (other != held)
                RefuseUnlessDead(set, other);
        }
        DeleteHostLink?.Invoke();
        Former = store.Adopt(owner);
        if (Former is { } former)
            undo.Push("record the former attachment", () => store.PutBack(former));
    }

    void RefuseUnlessDead(RangeSet set, IpAddress held)
    {
        var refusal = $"{held} has been allocated to {owner.ContainerId}, duplicate allocation is not allowed";
        var verdict = store.Judge(held, owner, countsLink: DeleteHostLink is null);
        switch (verdict.State)
        {
            case LivenessState.Alive:
                throw Failure(set, $"{refusal}: {owner.InterfaceName} is alive, {verdict.How}");
            case LivenessState.Unknown:
                throw Failure(set, refusal);
            case LivenessState.Dead
                when store.TryFindLiving(new Dictionary<IpAddress, ReservationOwner?> { [held] = owner })?.Contains(held) != false:
                throw Failure(set, $"{refusal}: {verdict.How}, but some namespace has the address");
        }
        Log.WriteLine($"assigning {held} to {owner.ContainerId} {owner.InterfaceName} again: {verdict.How}");
    }

    Candidate Reserve(RangeSet set, IpAddress? requested, IpAddress? last, TimeSpan reuseDelay, Rollback undo)
    {
        var found = requested is { } wanted ? ReserveRequested(set, wanted)
            : FindFree(set, last, reuseDelay) ?? throw Failure(set, $"no IP addresses available in range set: {set}");
        Reserved.Add(found.Address);
        undo.Push("release " + found.Address, () => store.Release(found.Address, owner));
        return found;
    }

    Candidate ReserveRequested(RangeSet set, IpAddress wanted)
    {
        var range = set.Find(wanted)!;
        if (wanted == range.Gateway)
            throw Failure(set, $"requested ip {wanted} is subnet's gateway");
        if (set.FindExclusion(wanted) is { } exclusion)
            throw Failure(set, $"requested IP address {wanted} is never handed out: {exclusion}");
        // The look-up comes first, because nothing may fail between a reservation and the push of its undo.
        var claim = FindClaim(wanted);
        if (!TryReserve(wanted) && !(store.Reclaim(set) && TryReserve(wanted)))
            throw Failure(set, $"requested IP address {wanted} is not available in range set {set}");
        if (claim is not null)
            Log.WriteLine($"assigning {wanted} as requested, although it is in use by {claim}");
        return new Candidate(wanted, range);
    }

    /// <summary>
    /// Reserves a free address. Prefers one without a claim, even if it must be taken back from an attachment that is proven gone.
    /// </summary>
    Candidate? FindFree(RangeSet set, IpAddress? last, TimeSpan reuseDelay)
    {
        var claimed = new ClaimedAddresses(set, store, FindClaim, Log);
        var found = FindFree(set, last, reuseDelay, claimed) ?? (store.Reclaim(set) ? FindFree(set, last, reuseDelay, claimed) : null);
        claimed.LogRest();
        return found ?? FindClaimed(claimed);
    }

    /// <summary>Reserves a free address that was skipped because of a claim.</summary>
    Candidate? FindClaimed(ClaimedAddresses claimed)
    {
        foreach (var candidate in claimed.Skipped)
        {
            if (!TryReserve(candidate.Address))
                continue;
            Log.WriteLine($"assigning {candidate.Address} although it is in use: no other address is free");
            return candidate;
        }
        return null;
    }

    /// <summary>
    /// Reserves the first free address that does not rest. If all free ones rest, reserves the one that was released first.
    /// </summary>
    Candidate? FindFree(RangeSet set, IpAddress? last, TimeSpan reuseDelay, ClaimedAddresses claimed)
    {
        var resting = new List<(DateTimeOffset Since, Candidate Candidate)>();
        foreach (var candidate in Candidates.List(set, last))
        {
            if (!store.IsFree(candidate.Address))
                continue;
            if (reuseDelay > TimeSpan.Zero && FindRest(candidate.Address, reuseDelay) is { } since)
                resting.Add((since, candidate));
            else if (!claimed.Skips(candidate) && store.TryReserve(candidate.Address, owner))
                return candidate;
        }
        // The sort is stable: addresses that were released at the same time keep the order of the search.
        foreach (var (_, candidate) in resting.OrderBy(one => one.Since))
        {
            if (!claimed.Skips(candidate) && store.TryReserve(candidate.Address, owner))
                return candidate;
        }
        return null;
    }

    /// <summary>Returns the time of the release; null if the address does not rest. Ignores a time in the future.</summary>
    DateTimeOffset? FindRest(IpAddress address, TimeSpan reuseDelay)
    {
        var released = store.FindRelease(address);
        var age = DateTimeOffset.UtcNow - released;
        return age >= TimeSpan.Zero && age < reuseDelay ? released : null;
    }

    bool TryReserve(IpAddress address) => store.IsFree(address) && store.TryReserve(address, owner);

    static CniException Failure(RangeSet set, string why) => new(CniErrorCode.Internal,
        string.Create(CultureInfo.InvariantCulture, $"failed to allocate for range {set.Index}: {why}"));
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>Who opens a store, and what it learns from the node.</summary>
/// <param name="Origin">Of the attachment that addresses are reserved for; null: nobody reserves.</param>
sealed record StoreUser(INodeView Node, AttachmentOrigin? Origin = null)
{
    internal static StoreUser Nobody { get; } = new(new NodeView());
}

/// <summary>
/// The reservations of one network (<see cref="ReservationFiles"/>), under its lock: flock on the file "lock", as the Go plugin
/// takes it. An <see cref="OwnerIndex"/> elsewhere spares reading every file, and knows what proves a reservation dead.
/// </summary>
sealed class ReservationStore : IReservationStore
{
    const uint LockMode = 0b111_101_000;

    readonly StorePlace _place;
    readonly ReservationFiles _files;
    readonly FileLock _lock;
    readonly TextWriter _log;
    readonly StoreUser _user;
    readonly AttachmentLiveness _proof;
    readonly OwnerRecords _records;

    /// <summary>Null where no address rests.</summary>
    readonly ReleaseTimes? _releases;

    ReservationStore(StorePlace place, FileLock heldLock, TextWriter log, StoreUser? user)
    {
        _place = place;
        _files = new ReservationFiles(place.Directory);
        _lock = heldLock;
        _log = log;
        _user = user ?? StoreUser.Nobody;
        _proof = new AttachmentLiveness(place.Network, _user.Node);
        var index = new OwnerIndex(place.StateDirectory, place.Directory);
        _records = new OwnerRecords(index, _files, _proof, log);
        _releases = place.NotesReleases ? new ReleaseTimes(index.ReleasesDirectory, log) : null;
    }

    /// <summary>Opens a network's reservations, making their directory if need be, and waits for its lock.</summary>
    internal static ReservationStore Open(StorePlace place, TextWriter log, StoreUser? user = null)
    {
        if (TryOpen(place, log, user) is { } store)
            return store;
        Directories.Ensure(place.Directory);
        return new ReservationStore(place, FileLock.Acquire(place.LockFile, LockMode, place.LockDeadline), log, user);
    }

    /// <summary>As <see cref="Open"/>, but null when there is no directory: whoever cleans up creates nothing.</summary>
    internal static ReservationStore? TryOpen(StorePlace place, TextWriter log, StoreUser? user = null)
    {
        var heldLock = FileLock.TryAcquire(place.LockFile, LockMode, place.LockDeadline);
        return heldLock is null ? null : new ReservationStore(place, heldLock, log, user);
    }

    public bool IsFree(IpAddress address)
    {
        _records.Update();
        return _files.IsFree(address);
    }

    public bool TryReserve(IpAddress address, ReservationOwner owner)
    {
        var before = _records.Find(owner) ?? new OwnerRecord(owner, [], null);
        using var reservation = _files.Prepare(address, owner);
        // The record goes first: a reservation whose record was lost in a crash could never be proven dead.
        _records.Save(before.For(_user.Origin).With(address, reservation.MadeAt));
        var isReserved = false;
        try
        {
            isReserved = reservation.TryPublish();
        }
        finally
        {
            if (!isReserved)
                _records.Save(before);
        }
        if (isReserved)
            _releases?.Forget(address);
        return isReserved;
    }

    public DateTimeOffset? FindRelease(IpAddress address) => _releases?.Find(address);

    public void Release(IpAddress address, ReservationOwner owner)
    {
        _records.Update();
        _releases?.Note(address);
        Forget(address, owner);
    }

    void Forget(IpAddress address, ReservationOwner owner)
    {
        _files.Delete(address);
        _records.NoteChange();
        if (_records.Find(owner) is { } record)
            _records.Save(record.Without(address));
    }

    public OwnerRecord? Adopt(ReservationOwner owner)
    {
        var before = _records.Find(owner);
        if (before is not null)
            _records.Save(before.Adopt(_user.Origin, _files.MadeAt));
        return before;
    }

    public void PutBack(OwnerRecord record) => _records.Save(record);

    /// <summary>Files of the oldest Go versions hold the container ID alone; they count only when there is no newer one.</summary>
    public IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner)
    {
        var found = _records.FindAddresses(owner);
        return found.Count > 0 ? found : _records.FindAddresses(owner with { InterfaceName = "" });
    }

    public IpAddress? FindReservation(Attachment attachment, RangeSet set)
    {
        var other = new ReservationOwner(attachment.ContainerId, attachment.InterfaceName);
        if (attachment.Network == _place.Network)
            return FindByOwner(other).FirstOrDefault(address => set.Find(address) is not null);
        // Networks may share a bridge.
        var store = Path.Combine(Path.GetDirectoryName(_place.Directory)!, attachment.Network);
        return new OwnerIndex(_place.StateDirectory, store).TryFind(other, _log)?.Addresses.FirstOrDefault(address => address.Family == set.Family);
    }

    /// <summary>Has the owner an address, as the store is? Changes nothing.</summary>
    internal bool IsOwner(ReservationOwner owner) =>
        _records.Look(owner).Count > 0 || _records.Look(owner with { InterfaceName = "" }).Count > 0;

    public IpAddress? GetLastReserved(int rangeSet) => _files.GetLastReserved(rangeSet);

    public void SetLastReserved(int rangeSet, IpAddress address) => _files.SetLastReserved(rangeSet, address);

    public LivenessResult Judge(IpAddress address, ReservationOwner owner, bool countsLink = true) =>
        _proof.Judge(_records.Find(owner), address, _files.MadeAt(address), countsLink);

    public IReadOnlySet<IpAddress>? TryFindLiving(IReadOnlyDictionary<IpAddress, ReservationOwner?> reservations)
    {
        try
        {
            return new LivingAddresses(_place.StateDirectory, _user.Node, reservations, _log).Find();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            _log.WriteLine($"nobody can be proven dead: {e.Message}");
            return null;
        }
    }

    public bool Reclaim(RangeSet set)
    {
        var isAnyFree = false;
        var dead = new List<Reservation>();
        foreach (var file in _files.Read())
        {
            if (file.IsEmpty)
            {
                // Creating and writing are both done under the lock, which is ours now.
                _files.Delete(file.Address);
                isAnyFree = true;
                _records.NoteChange();
            }
            else if (file.Owner is not null && set.Find(file.Address) is not null &&
                Judge(file.Address, file.Owner).State == Liveness.Liveness.Dead)
                dead.Add(file);
        }
        return ReclaimDead(dead) || isAnyFree;
    }

    /// <summary>
    /// Releases the reservations whose addresses are in no living namespace. A record can be wrong, for example when a runtime unmounts
    /// the namespace of a pod that goes on.
    /// </summary>
    bool ReclaimDead(List<Reservation> dead)
    {
        if (dead.Count == 0 || TryFindLiving(dead.ToDictionary(file => file.Address, file => file.Owner)) is not { } living)
            return false;
        dead.RemoveAll(file => living.Contains(file.Address));
        foreach (var (address, owner, _) in dead)
        {
            _log.WriteLine($"{address} of {owner!.ContainerId} {owner.InterfaceName} is taken back: {Judge(address, owner).How}");
            Forget(address, owner);
        }
        return dead.Count > 0;
    }

    /// <summary>Releases whatever belongs to nobody that lives, empty leftovers included.</summary>
    internal void ReleaseAllBut(Func<ReservationOwner, bool> isAlive)
    {
        // What was killed before it told the index of a release is swept away with this, though there is nothing to release any more.
        _records.Update();
        var failures = new Failures();
        foreach (var file in _files.Read())
        {
            if (file.IsEmpty)
                failures.Try(() => _files.Delete(file.Address));
            else if (file.Owner is { } owner && !isAlive(owner))
                failures.Try(() => Release(file.Address, owner));
        }
        _records.NoteChange();
        failures.ThrowIfAny(NotReleased);
    }

    const string NotReleased = "not everything was released";

    /// <summary>Releases whatever an owner has.</summary>
    /// <returns>False: it had nothing.</returns>
    internal bool ReleaseAll(ReservationOwner owner)
    {
        var failures = new Failures();
        var addresses = FindByOwner(owner);
        foreach (var address in addresses)
            failures.Try(() => Release(address, owner));
        failures.ThrowIfAny(NotReleased);
        return addresses.Count > 0;
    }

    internal List<AddressUser> ListUsers()
    {
        var users = new List<AddressUser>();
        foreach (var file in _files.Read())
        {
            if (file.Owner is { } owner)
                users.Add(new AddressUser(owner.ContainerId, owner.InterfaceName, file.Address));
        }
        return users;
    }

    internal bool Holds(IpAddress address, ReservationOwner owner) => _files.Holds(address, owner);

    /// <summary>False where it is gone already.</summary>
    internal bool TryRelease(ReservationState state)
    {
        if (_files.MadeAt(state.Address) is null)
            return false;
        // Before it goes: what is missing of a living pod would be put back.
        _records.Update();
        Forget(state.Address, new ReservationOwner(state.ContainerId, state.InterfaceName));
        return true;
    }

    public void Dispose()
    {
        try
        {
            _records.Commit();
        }
        finally
        {
            // Whatever went wrong: who undoes it waits for the lock.
            _lock.Dispose();
        }
    }
}

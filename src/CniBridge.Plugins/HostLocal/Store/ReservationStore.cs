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

/// <summary>A user of a store, and its view of the node.</summary>
/// <param name="Origin">The attachment that addresses are reserved for; null: none.</param>
sealed record StoreUser(INodeView Node, AttachmentOrigin? Origin = null)
{
    /// <summary>A user without an attachment.</summary>
    internal static StoreUser Unknown { get; } = new(new NodeView());
}

/// <summary>
/// The reservations of one network (<see cref="ReservationFiles"/>) under the lock that the Go plugin also takes: flock on the file
/// "lock". An <see cref="OwnerIndex"/> makes it unnecessary to read every file, and contains the proofs that an attachment is dead.
/// </summary>
sealed class ReservationStore : IReservationStore
{
    const uint LockMode = 0b111_101_000;

    const string NotReleased = "could not release all addresses";

    readonly StorePlace _place;
    readonly ReservationFiles _files;
    readonly FileLock _lock;
    readonly TextWriter _log;
    readonly StoreUser _user;
    readonly AttachmentLiveness _proof;
    readonly OwnerRecords _records;

    /// <summary>Null if released addresses do not rest.</summary>
    readonly ReleaseTimes? _releases;

    ReservationStore(StorePlace place, FileLock heldLock, TextWriter log, StoreUser? user)
    {
        _place = place;
        _files = new ReservationFiles(place.Directory);
        _lock = heldLock;
        _log = log;
        _user = user ?? StoreUser.Unknown;
        _proof = new AttachmentLiveness(place.Network, _user.Node);
        var index = new OwnerIndex(place.StateDirectory, place.Directory);
        _records = new OwnerRecords(index, _files, _proof, log);
        _releases = place.NotesReleases ? new ReleaseTimes(index.ReleasesDirectory, log) : null;
    }

    /// <summary>Opens a network's reservations and waits for their lock. Creates the directory if necessary.</summary>
    internal static ReservationStore Open(StorePlace place, TextWriter log, StoreUser? user = null)
    {
        if (TryOpen(place, log, user) is { } store)
            return store;
        Directories.Ensure(place.Directory);
        return new ReservationStore(place, FileLock.Acquire(place.LockFile, LockMode, place.LockDeadline), log, user);
    }

    /// <summary>Opens a network's reservations for cleaning up. Returns null if there is no directory.</summary>
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
        // The record comes first: without it, an attachment could never be proven dead.
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

    /// <summary>
    /// Returns the addresses of an owner. Files of the oldest Go versions, without an interface, count only if there is no other.
    /// </summary>
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
        // The attachment may be of another network on the same bridge.
        var store = Path.Combine(Path.GetDirectoryName(_place.Directory)!, attachment.Network);
        return new OwnerIndex(_place.StateDirectory, store).TryFind(other, _log)?.Addresses
            .FirstOrDefault(address => address.Family == set.Family);
    }

    /// <summary>Returns whether the owner has an address. Writes nothing.</summary>
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
            _log.WriteLine($"cannot determine which attachments are gone: {e.Message}");
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
                // The Go plugin creates and writes under the lock, so the file was left by a crash.
                _files.Delete(file.Address);
                isAnyFree = true;
                _records.NoteChange();
            }
            else if (file.Owner is not null && set.Find(file.Address) is not null &&
                Judge(file.Address, file.Owner).State == LivenessState.Dead)
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
            _log.WriteLine($"releasing {address} of {owner!.ContainerId} {owner.InterfaceName}: {Judge(address, owner).How}");
            Forget(address, owner);
        }
        return dead.Count > 0;
    }

    /// <summary>Releases the addresses of stale attachments, and deletes empty files.</summary>
    internal void ReleaseAllBut(Func<ReservationOwner, bool> isAlive)
    {
        // The update also removes the records of releases that were killed before they changed the index.
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

    /// <summary>Releases all addresses of an owner.</summary>
    /// <returns>False if it had none.</returns>
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

    /// <summary>Releases a reservation. Returns false if it is gone already.</summary>
    internal bool TryRelease(ReservationState state)
    {
        if (_files.MadeAt(state.Address) is null)
            return false;
        // The update comes first: afterwards it would restore the reservation of a living pod.
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
            // The undo of a failed operation waits for the lock.
            _lock.Dispose();
        }
    }
}

using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// Reservations as the Go host-local keeps them, so that either can follow the other on one directory:
/// DATADIR/NETWORK/ADDRESS holds CONTAINERID CR LF IFNAME; last_reserved_ip.N the address last handed out of range set N;
/// flock on "lock" guards all. Differences: a reservation appears whole or not at all, and markers are rewritten in place.
/// An <see cref="OwnerIndex"/> elsewhere spares reading every file.
/// </summary>
sealed class ReservationStore : IReservationStore
{
    const uint FileMode = 0b110_000_000;
    const uint LockMode = 0b111_101_000;

    /// <summary>A container ID, an interface name and two bytes between.</summary>
    const int MaxFileBytes = 512;

    static readonly TimeSpan s_lockDeadline = TimeSpan.FromSeconds(15);

    readonly string _directory;
    readonly FileLock _lock;
    readonly TextWriter _log;

    /// <summary>Null when it cannot be used: then every file is read.</summary>
    OwnerIndex? _index;
    bool _isIndexKnownCurrent;
    bool _isChanged;

    ReservationStore(StorePlace place, FileLock heldLock, TextWriter log)
    {
        _directory = place.Directory;
        _lock = heldLock;
        _log = log;
        _index = new OwnerIndex(place.StateDirectory, place.Directory);
    }

    /// <summary>Opens a network's reservations, making their directory if need be, and waits for its lock.</summary>
    internal static ReservationStore Open(StorePlace place, TextWriter log)
    {
        if (TryOpen(place, log) is { } store)
            return store;
        SmallFile.EnsureDirectory(place.Directory);
        return new ReservationStore(place, FileLock.Acquire(place.LockFile, LockMode, s_lockDeadline), log);
    }

    /// <summary>As <see cref="Open"/>, but null when there is no directory: whoever cleans up creates nothing.</summary>
    internal static ReservationStore? TryOpen(StorePlace place, TextWriter log)
    {
        var heldLock = FileLock.TryAcquire(place.LockFile, LockMode, s_lockDeadline);
        return heldLock is null ? null : new ReservationStore(place, heldLock, log);
    }

    public bool TryReserve(IpAddress address, ReservationOwner owner)
    {
        EnsureIndex();
        var path = PathOf(address);
        // Looking first costs a tenth of trying: a full range is walked quickly.
        if (SmallFile.Exists(path) || !SmallFile.TryCreate(path, Content(owner), FileMode))
            return false;
        Note(index => index.Set(owner, [.. index.Find(owner), address]));
        return true;
    }

    public void Release(IpAddress address, ReservationOwner owner)
    {
        EnsureIndex();
        SmallFile.TryDelete(PathOf(address));
        Note(index => index.Set(owner, [.. index.Find(owner).Where(other => other != address)]));
    }

    /// <summary>Notes a change of the reservations; the index was good before it.</summary>
    void Note(Action<OwnerIndex> update)
    {
        UseIndex(update);
        _isChanged = true;
    }

    /// <summary>Files of the oldest Go versions hold the container ID alone; they count only when there is no newer one.</summary>
    public IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner)
    {
        var found = Find(owner);
        return found.Count > 0 ? found : Find(owner with { InterfaceName = "" });
    }

    IReadOnlyList<IpAddress> Find(ReservationOwner owner)
    {
        if (EnsureIndex())
        {
            IReadOnlyList<IpAddress>? addresses = null;
            UseIndex(index => addresses = index.Find(owner));
            if (addresses is not null && addresses.All(address => Holds(address, owner)))
                return addresses;
            // A reservation was rewritten in place, which no stamp shows; or the index cannot be read.
            Rebuild();
        }
        return [.. ReadOwners()[owner]];
    }

    bool Holds(IpAddress address, ReservationOwner owner) =>
        SmallFile.TryRead(PathOf(address), MaxFileBytes) is { } bytes && Trim(bytes).AsSpan().SequenceEqual(Content(owner));

    /// <summary>Is the index good, after being made anew if need be?</summary>
    bool EnsureIndex()
    {
        if (!_isIndexKnownCurrent)
        {
            var isCurrent = false;
            UseIndex(index => isCurrent = index.IsCurrent());
            if (!isCurrent)
                Rebuild();
            _isIndexKnownCurrent = true;
        }
        return _index is not null;
    }

    void Rebuild()
    {
        UseIndex(index => index.Rebuild(ReadOwners()));
        _isChanged = true;
    }

    /// <summary>The index is a cache: what goes wrong with it goes wrong with nothing else.</summary>
    void UseIndex(Action<OwnerIndex> use)
    {
        try
        {
            if (_index is not null)
                use(_index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _log.WriteLine($"without the index of owners: {e.Message}");
            _index = null;
        }
    }

    ILookup<ReservationOwner?, IpAddress> ReadOwners() => ReadAll()
        .Where(file => OwnerOf(file.Content) is not null)
        .ToLookup(file => OwnerOf(file.Content), file => file.Address);

    /// <summary>Null for what is no owner: names become file names in the index, and a file may hold anything.</summary>
    static ReservationOwner? OwnerOf(byte[] content)
    {
        var parts = Encoding.UTF8.GetString(content).Split("\r\n", 2);
        var owner = new ReservationOwner(parts[0], parts.Length > 1 ? parts[1] : "");
        var isNamed = CniName.IsIdentifier(owner.ContainerId) &&
            (owner.InterfaceName.Length == 0 || CniName.WhyNoInterfaceName(owner.InterfaceName) is null);
        return isNamed ? owner : null;
    }

    public IpAddress? GetLastReserved(int rangeSet)
    {
        var text = SmallFile.TryRead(MarkerPath(rangeSet), MaxFileBytes);
        return text is not null && IpAddress.TryParse(Encoding.UTF8.GetString(text), out var address) ? address : null;
    }

    public void SetLastReserved(int rangeSet, IpAddress address) =>
        SmallFile.Overwrite(MarkerPath(rangeSet), Encoding.ASCII.GetBytes(address.ToString()), FileMode);

    /// <summary>
    /// An empty file is what a crash of the Go plugin leaves between creating a reservation and writing it; both are done
    /// under the lock, which is ours now.
    /// </summary>
    public bool ReclaimLeftovers()
    {
        var empty = ReadAll().Where(file => file.Content.Length == 0).ToList();
        foreach (var file in empty)
            SmallFile.TryDelete(PathOf(file.Address));
        _isChanged |= empty.Count > 0;
        return empty.Count > 0;
    }

    /// <summary>Releases whatever belongs to nobody that lives, empty leftovers included.</summary>
    internal void ReleaseAllBut(Func<ReservationOwner, bool> isAlive)
    {
        var failures = new Failures();
        foreach (var file in ReadAll().ToList())
        {
            if (file.Content.Length == 0)
                failures.Try(() => SmallFile.TryDelete(PathOf(file.Address)));
            else if (OwnerOf(file.Content) is { } owner && !isAlive(owner))
                failures.Try(() => Release(file.Address, owner));
        }
        _isChanged = true;
        failures.ThrowIfAny(NotReleased);
    }

    const string NotReleased = "not everything was released";

    /// <summary>Releases whatever an owner has.</summary>
    internal void ReleaseAll(ReservationOwner owner)
    {
        var failures = new Failures();
        foreach (var address in FindByOwner(owner))
            failures.Try(() => Release(address, owner));
        failures.ThrowIfAny(NotReleased);
    }

    internal List<AddressUser> ListUsers()
    {
        var users = new List<AddressUser>();
        foreach (var file in ReadAll())
        {
            if (OwnerOf(file.Content) is { } owner)
                users.Add(new AddressUser(owner.ContainerId, owner.InterfaceName, file.Address));
        }
        return users;
    }

    IEnumerable<ReservationFile> ReadAll()
    {
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            // Markers, the lock, and what others put here are no addresses.
            if (IpAddress.TryParse(Path.GetFileName(path.AsSpan()), out var address) &&
                SmallFile.TryRead(path, MaxFileBytes) is { } bytes)
                yield return new ReservationFile(address, Trim(bytes));
        }
    }

    sealed record ReservationFile(IpAddress Address, byte[] Content);

    static byte[] Trim(byte[] bytes) => bytes.AsSpan().Trim(" \t\r\n"u8).ToArray();

    static byte[] Content(ReservationOwner owner) => Encoding.UTF8.GetBytes(
        owner.InterfaceName.Length > 0 ? $"{owner.ContainerId}\r\n{owner.InterfaceName}" : owner.ContainerId);

    string PathOf(IpAddress address) => Path.Combine(_directory, address.ToString());

    string MarkerPath(int rangeSet) =>
        Path.Combine(_directory, "last_reserved_ip." + rangeSet.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        if (_isChanged && _isIndexKnownCurrent)
            UseIndex(index => index.Commit());
        _lock.Dispose();
    }
}

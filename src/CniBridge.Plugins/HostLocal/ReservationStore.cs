using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// Reservations as the Go host-local keeps them, so that either can follow the other on one directory:
/// DATADIR/NETWORK/ADDRESS holds CONTAINERID CR LF IFNAME; last_reserved_ip.N the address last handed out of range set N;
/// flock on "lock" guards all. Differences: a reservation appears whole or not at all, and markers are rewritten in place.
/// </summary>
sealed class ReservationStore : IReservationStore
{
    const uint FileMode = 0b110_000_000;
    const uint LockMode = 0b111_101_000;

    /// <summary>A container ID, an interface name and two bytes between.</summary>
    const int MaxFileBytes = 1024;

    static readonly TimeSpan s_lockDeadline = TimeSpan.FromSeconds(15);

    readonly string _directory;
    readonly FileLock _lock;

    ReservationStore(string directory, FileLock heldLock)
    {
        _directory = directory;
        _lock = heldLock;
    }

    /// <summary>Opens a network's reservations, making their directory if need be, and waits for its lock.</summary>
    internal static ReservationStore Open(string dataDirectory, string network)
    {
        var directory = Path.Combine(dataDirectory, network);
        SmallFile.EnsureDirectory(directory);
        return new ReservationStore(directory, FileLock.Acquire(Path.Combine(directory, "lock"), LockMode, s_lockDeadline));
    }

    /// <summary>As <see cref="Open"/>, but null when there is no directory: whoever cleans up creates nothing.</summary>
    internal static ReservationStore? TryOpen(string dataDirectory, string network)
    {
        var directory = Path.Combine(dataDirectory, network);
        var heldLock = FileLock.TryAcquire(Path.Combine(directory, "lock"), LockMode, s_lockDeadline);
        return heldLock is null ? null : new ReservationStore(directory, heldLock);
    }

    public bool TryReserve(IpAddress address, ReservationOwner owner)
    {
        var path = PathOf(address);
        // Looking first costs a tenth of trying: a full range is walked quickly.
        return !SmallFile.Exists(path) && SmallFile.TryCreate(path, Content(owner), FileMode);
    }

    public void Release(IpAddress address) => SmallFile.TryDelete(PathOf(address));

    /// <summary>Files of the oldest Go versions hold the container ID alone; they count only when there is no newer one.</summary>
    public IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner)
    {
        var content = Content(owner);
        var legacyContent = Encoding.UTF8.GetBytes(owner.ContainerId);
        var found = new List<IpAddress>();
        var legacy = new List<IpAddress>();
        foreach (var (address, bytes) in ReadAll())
        {
            if (bytes.AsSpan().SequenceEqual(content))
                found.Add(address);
            else if (bytes.AsSpan().SequenceEqual(legacyContent))
                legacy.Add(address);
        }
        return found.Count > 0 ? found : legacy;
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
        foreach (var (address, _) in empty)
            Release(address);
        return empty.Count > 0;
    }

    IEnumerable<(IpAddress Address, byte[] Content)> ReadAll()
    {
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            // Markers, the lock, and what others put here are no addresses.
            if (IpAddress.TryParse(Path.GetFileName(path.AsSpan()), out var address) &&
                SmallFile.TryRead(path, MaxFileBytes) is { } bytes)
                yield return (address, Trim(bytes));
        }
    }

    static byte[] Trim(byte[] bytes) => bytes.AsSpan().Trim(" \t\r\n"u8).ToArray();

    static byte[] Content(ReservationOwner owner) =>
        Encoding.UTF8.GetBytes($"{owner.ContainerId}\r\n{owner.InterfaceName}");

    string PathOf(IpAddress address) => Path.Combine(_directory, address.ToString());

    string MarkerPath(int rangeSet) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"last_reserved_ip.{rangeSet}"));

    public void Dispose() => _lock.Dispose();
}

using System.Globalization;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>An address that is reserved.</summary>
/// <param name="Owner">Null: the file names none, but is not empty either.</param>
/// <param name="IsEmpty">What a crash of the Go plugin leaves between creating a reservation and writing it.</param>
sealed record Reservation(IpAddress Address, ReservationOwner? Owner, bool IsEmpty);

/// <summary>
/// Reservations as the Go host-local keeps them, so that either can follow the other on one directory:
/// DATADIR/NETWORK/ADDRESS holds CONTAINERID CR LF IFNAME; last_reserved_ip.N the address last handed out of range set N.
/// A reservation appears whole or not at all. To be used under the lock.
/// </summary>
sealed class ReservationFiles(string directory)
{
    const uint FileMode = 0b110_000_000;

    /// <summary>
    /// More than any reservation that can be written: a container ID has no limit of its own, and comes in an environment variable,
    /// which has at most 128 KiB (MAX_ARG_STRLEN in linux/binfmts.h).
    /// </summary>
    const int MaxFileBytes = 256 * 1024;

    /// <summary>Looking for a file costs two microseconds; a directory of 256 names as much as this many.</summary>
    const int MaxLooksInARow = 16;

    /// <summary>Bytes of each marker, by number of the range set; -1: there is none.</summary>
    readonly Dictionary<int, int> _markers = [];

    /// <summary>The names of all files, once it is worth the while to know them.</summary>
    HashSet<string>? _names;
    int _takenInARow;

    internal string Directory { get; } = directory;

    /// <summary>Has nobody the address? Of many in a row most are answered from a list of the directory.</summary>
    internal bool IsFree(IpAddress address)
    {
        if (_takenInARow >= MaxLooksInARow)
            _names ??= ReadNames();
        var isFree = _names is null ? !SmallFile.Exists(PathOf(address)) : !_names.Contains(address.ToString());
        _takenInARow = isFree ? 0 : _takenInARow + 1;
        return isFree;
    }

    HashSet<string> ReadNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory))
            names.Add(Path.GetFileName(path));
        return names;
    }

    /// <summary>Writes a reservation that has no name yet.</summary>
    /// <param name="madeAt">The modification time; null: now.</param>
    internal PendingReservation Prepare(IpAddress address, ReservationOwner owner, DateTimeOffset? madeAt = null) =>
        new(PendingFile.Create(PathOf(address), Content(owner), FileMode, madeAt), () => _names?.Add(address.ToString()));

    internal void Delete(IpAddress address)
    {
        SmallFile.TryDelete(PathOf(address));
        _names?.Remove(address.ToString());
    }

    internal bool Holds(IpAddress address, ReservationOwner owner) =>
        SmallFile.TryReadRegular(PathOf(address), MaxFileBytes) is { } bytes && Trim(bytes).AsSpan().SequenceEqual(Content(owner));

    /// <summary>When the reservation was made; null: there is none.</summary>
    internal DateTimeOffset? MadeAt(IpAddress address) => SmallFile.ModifiedAt(PathOf(address));

    /// <summary>Reads the reservations one at a time: a plugin process may not have the memory for all of them.</summary>
    /// <param name="isWanted">Null: all. The files of other addresses are not read.</param>
    internal IEnumerable<Reservation> Read(Predicate<IpAddress>? isWanted = null)
    {
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory))
        {
            // Markers, the lock and foreign files have names that are no addresses.
            if (IpAddress.TryParse(Path.GetFileName(path.AsSpan()), out var address) && isWanted?.Invoke(address) != false &&
                TryRead(path, address) is { } reservation)
                yield return reservation;
        }
    }

    /// <summary>Returns null when the file is gone. What is no regular file keeps the address from being given, and has no owner.</summary>
    static Reservation? TryRead(string path, IpAddress address)
    {
        if (SmallFile.TryReadRegular(path, MaxFileBytes) is { } bytes)
        {
            var content = Trim(bytes);
            return new Reservation(address, OwnerOf(content), content.Length == 0);
        }
        return SmallFile.Exists(path) ? new Reservation(address, null, IsEmpty: false) : null;
    }

    /// <summary>Returns the addresses of an owner. Reads every reservation.</summary>
    internal List<IpAddress> FindByOwner(ReservationOwner owner) =>
        [.. Read().Where(file => file.Owner == owner).Select(file => file.Address)];

    /// <summary>Null for what is no owner: names become file names in the index, and a file may hold anything.</summary>
    static ReservationOwner? OwnerOf(byte[] content)
    {
        var parts = Encoding.UTF8.GetString(content).Split("\r\n", 2);
        var owner = new ReservationOwner(parts[0], parts.Length > 1 ? parts[1] : "");
        var isNamed = CniName.IsIdentifier(owner.ContainerId) &&
            (owner.InterfaceName.Length == 0 || CniName.WhyNoInterfaceName(owner.InterfaceName) is null);
        return isNamed ? owner : null;
    }

    internal IpAddress? GetLastReserved(int rangeSet)
    {
        var text = SmallFile.TryReadRegular(MarkerPath(rangeSet), MaxFileBytes);
        _markers[rangeSet] = text?.Length ?? -1;
        return text is not null && IpAddress.TryParse(Encoding.UTF8.GetString(text), out var address) ? address : null;
    }

    /// <summary>
    /// One write where that is enough. A shorter text takes two, and a crash between them would leave the tail of the longer one:
    /// then the file goes first, for without one the search begins at the start. (A file made beside it and renamed would stay
    /// there after a crash, and the Go plugin reads every file.)
    /// </summary>
    internal void SetLastReserved(int rangeSet, IpAddress address)
    {
        if (!_markers.TryGetValue(rangeSet, out var length))
        {
            GetLastReserved(rangeSet);
            length = _markers[rangeSet];
        }
        var text = Encoding.ASCII.GetBytes(address.ToString());
        var path = MarkerPath(rangeSet);
        if (length >= 0 && length <= text.Length)
        {
            OverwrittenFile.WriteOverShorter(path, text);
        }
        else
        {
            SmallFile.TryDelete(path);
            SmallFile.TryCreate(path, text, FileMode);
        }
        _markers[rangeSet] = text.Length;
    }

    static byte[] Trim(byte[] bytes) => bytes.AsSpan().Trim(" \t\r\n"u8).ToArray();

    static byte[] Content(ReservationOwner owner) => Encoding.UTF8.GetBytes(
        owner.InterfaceName.Length > 0 ? $"{owner.ContainerId}\r\n{owner.InterfaceName}" : owner.ContainerId);

    string PathOf(IpAddress address) => Path.Combine(Directory, address.ToString());

    string MarkerPath(int rangeSet) =>
        Path.Combine(Directory, "last_reserved_ip." + rangeSet.ToString(CultureInfo.InvariantCulture));
}

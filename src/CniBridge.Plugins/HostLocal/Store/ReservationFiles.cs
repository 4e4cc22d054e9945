using System.Globalization;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>A reservation file.</summary>
/// <param name="Owner">Null: the file does not name an owner, or is empty.</param>
/// <param name="IsEmpty">True after a crash of the Go plugin between creating and writing the file.</param>
sealed record Reservation(IpAddress Address, ReservationOwner? Owner, bool IsEmpty);

/// <summary>
/// Reservations in the format of the Go host-local, so that both plugins can use the same directory one after the other.
/// DATADIR/NETWORK/ADDRESS contains CONTAINERID CR LF IFNAME; last_reserved_ip.N the last reserved address of range set N.
/// A reservation appears complete or not at all. The caller holds the lock.
/// </summary>
sealed class ReservationFiles(string directory)
{
    const uint FileMode = 0b110_000_000;

    /// <summary>
    /// The maximum size of a reservation in bytes, with room to spare: a container ID comes in an environment variable, which has at most
    /// 128 KiB (MAX_ARG_STRLEN in linux/binfmts.h).
    /// </summary>
    const int MaxFileBytes = 256 * 1024;

    /// <summary>The number of look-ups of reserved addresses (2 µs each) that cost as much as listing a directory of 256 files.</summary>
    const int MaxLooksInARow = 16;

    /// <summary>The size in bytes of each last_reserved_ip file, by number of the range set; -1: there is no file.</summary>
    readonly Dictionary<int, int> _markers = [];

    /// <summary>The names of all files; null until many look-ups make the list worth its cost.</summary>
    HashSet<string>? _names;
    int _takenInARow;

    internal string Directory { get; } = directory;

    /// <summary>Returns whether the address is not reserved. After many reserved ones in a row, uses a list of the directory.</summary>
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

    /// <summary>Returns the modification time of a reservation's file, or null if there is none.</summary>
    internal DateTimeOffset? MadeAt(IpAddress address) => SmallFile.ModifiedAt(PathOf(address));

    /// <summary>Reads the reservations one at a time: all of them may not fit into the memory of a plugin process.</summary>
    /// <param name="isWanted">Selects the addresses whose files are read; null: all.</param>
    internal IEnumerable<Reservation> Read(Predicate<IpAddress>? isWanted = null)
    {
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory))
        {
            // The names of last_reserved_ip files, the lock and foreign files are not addresses.
            if (IpAddress.TryParse(Path.GetFileName(path.AsSpan()), out var address) && isWanted?.Invoke(address) != false &&
                TryRead(path, address) is { } reservation)
                yield return reservation;
        }
    }

    /// <summary>Returns null if the file is gone. A file that is not regular is a reservation without an owner.</summary>
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

    /// <summary>Returns null unless the content has valid names, because they become file names in the index.</summary>
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
    /// Writes the last reserved address, with a single write if the text is not shorter than the old one. Otherwise deletes the file first:
    /// a crash must not leave the tail of the longer text, while a missing file only restarts the search. A temporary file would stay
    /// after a crash, and the Go plugin reads every file.
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
            AtomicFile.TryCreate(path, text, FileMode);
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

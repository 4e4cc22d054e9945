using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// Who has which addresses and since when, so that ADD and DEL need not read every reservation, and so that one can be
/// proven dead. Kept beside the reservations, outside of their directory (the Go plugin reads every file in there): one
/// record per owner, and a stamp of the directory as we left it. When the stamp does not match, because the Go plugin or a
/// person was there, the node was booted, or we were killed half-way, the index is made anew from the reservations and what
/// is known of their owners; lost or unwritable, everything works and is only slower, but nothing can be proven dead.
/// Nothing is flushed to the disk, for that would cost more than all the rest of an ADD: a loss of power may take the records
/// of the last seconds. Reservations that it left are then of unknown age, and stay until a DEL, a GC or the operator.
/// </summary>
sealed class OwnerIndex
{
    const uint FileMode = 0b110_000_000;

    const string StampFile = ".stamp";

    /// <summary>NAME_MAX is 255; an interface's name and a comma follow the container ID.</summary>
    const int MaxContainerIdLength = 230;

    const int MaxRemembered = 1024;

    /// <summary>Reservations that are collected before their records are written.</summary>
    const int MaxPending = 4096;

    readonly string _directory;
    readonly string _store;

    /// <summary>What was read or written before, by file name: nobody else may change it while the store is locked.</summary>
    readonly Dictionary<string, OwnerRecord?> _read = new(StringComparer.Ordinal);

    /// <param name="stateDirectory">Where all indexes are.</param>
    /// <param name="store">The directory with the reservations.</param>
    internal OwnerIndex(string stateDirectory, string store)
    {
        _store = Path.GetFullPath(store);
        // Networks of one name may have several data directories.
        var mark = StableHash.Compute(_store).ToString("x16", CultureInfo.InvariantCulture);
        var network = Path.GetFileName(store);
        _directory = Path.Combine(stateDirectory, $"{network[..Math.Min(network.Length, 200)]}-{mark}");
    }

    internal string ReleasesDirectory => Path.Combine(_directory, ".released");

    /// <summary>Does the index tell what the reservations tell?</summary>
    internal bool IsCurrent() =>
        SmallFile.TryReadRegular(Path.Combine(_directory, StampFile)) is { } stamp &&
        Encoding.ASCII.GetString(stamp) == DirectoryStamp.Get(_store);

    /// <summary>The owner's record, or null; to be asked only of a current index.</summary>
    internal OwnerRecord? Find(ReservationOwner owner)
    {
        var name = NameOf(owner);
        return _read.TryGetValue(name, out var known) ? known : Remember(name, Read(owner));
    }

    OwnerRecord? Read(ReservationOwner owner) =>
        SmallFile.TryRead(Path.Combine(_directory, NameOf(owner))) is { } bytes
            ? OwnerRecord.Parse(bytes).Record with { Owner = owner }
            : null;

    /// <summary>Forgets the other records first if there are many, to bound the memory.</summary>
    OwnerRecord? Remember(string name, OwnerRecord? record)
    {
        if (_read.Count >= MaxRemembered)
            _read.Clear();
        return _read[name] = record;
    }

    /// <summary>Returns the owner's record of an index that may be out of date. Returns null as well when it cannot be read.</summary>
    internal OwnerRecord? TryFind(ReservationOwner owner, TextWriter log)
    {
        try
        {
            return Find(owner);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"without the record of {owner.ContainerId}: {e.Message}");
            return null;
        }
    }

    /// <summary>In place of the one that is there; one without addresses goes.</summary>
    internal void Save(OwnerRecord record)
    {
        var name = NameOf(record.Owner);
        if (record.Entries.Count == 0)
            SmallFile.TryDelete(Path.Combine(_directory, name));
        else
            OverwrittenFile.Write(Path.Combine(_directory, name), record.ToBytes(_store), FileMode);
        Remember(name, record.Entries.Count == 0 ? null : record);
    }

    /// <summary>Where there are no reservations any more, and so no lock either: DEL leaves no record.</summary>
    internal void Forget(ReservationOwner owner, TextWriter log)
    {
        try
        {
            SmallFile.TryDelete(Path.Combine(_directory, NameOf(owner)));
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"a record stays: {e.Message}");
        }
    }

    /// <summary>Reads the records that name their owner, one at a time: a plugin process may not have the memory for all of them.</summary>
    internal IEnumerable<OwnerRecord> ReadAll() => ReadFiles().Select(file => file.Record).OfType<OwnerRecord>();

    /// <summary>Reads all files one at a time. The record is null if the file is not the record of the owner in its name.</summary>
    internal IEnumerable<(string Path, OwnerRecord? Record)> ReadFiles()
    {
        if (!SmallFile.Exists(_directory))
            yield break;
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            // A file that is not regular cannot be read or written.
            var record = SmallFile.TryReadRegular(path) is { } bytes ? OwnerRecord.Parse(bytes).Record : null;
            var isNamed = record?.Owner.ContainerId.Length > 0 && NameOf(record.Owner) == Path.GetFileName(path);
            yield return (path, isNamed ? record : null);
        }
    }

    /// <summary>Begins to make the index anew. It is stale until the next <see cref="Commit"/>.</summary>
    internal void BeginRebuild()
    {
        Directories.Ensure(_directory);
        SmallFile.TryDelete(Path.Combine(_directory, StampFile));
        _read.Clear();
    }

    /// <summary>Ends to make the index anew: adds the reservations that the records do not have.</summary>
    internal void EndRebuild(IEnumerable<Reservation> missing)
    {
        var pending = new Dictionary<ReservationOwner, List<IpAddress>>();
        var count = 0;
        foreach (var (address, owner, _) in missing)
        {
            if (owner is null)
                continue;
            if (!pending.TryGetValue(owner, out var addresses))
                pending[owner] = addresses = [];
            addresses.Add(address);
            if (++count % MaxPending == 0)
                Flush(pending);
        }
        Flush(pending);
    }

    void Flush(Dictionary<ReservationOwner, List<IpAddress>> pending)
    {
        foreach (var (owner, addresses) in pending)
        {
            var record = Read(owner) ?? new OwnerRecord(owner, [], null);
            var added = addresses.Except(record.Addresses).Select(address => new RecordedAddress(address, null));
            Save(record with { Entries = [.. record.Entries, .. added] });
        }
        pending.Clear();
    }

    /// <summary>From here on, whoever changes the reservations without us makes the index stale.</summary>
    internal void Commit() =>
        OverwrittenFile.Write(Path.Combine(_directory, StampFile), Encoding.ASCII.GetBytes(DirectoryStamp.Set(_store)), FileMode);

    /// <summary>
    /// An owner's records in all indexes but this one: a network may have been renamed, or its data directory moved, since its
    /// pods were added. Grows with the number of networks.
    /// </summary>
    internal static List<StoredRecord> FindElsewhere(string stateDirectory, ReservationOwner owner, string store)
    {
        var found = new List<StoredRecord>();
        if (!Directory.Exists(stateDirectory))
            return found;
        var name = NameOf(owner);
        foreach (var directory in Directory.EnumerateDirectories(stateDirectory))
        {
            if (SmallFile.TryReadRegular(Path.Combine(directory, name)) is { } bytes &&
                OwnerRecord.Parse(bytes) is { Store: { Length: > 0 } other } stored &&
                other != Path.GetFullPath(store) && stored.Record.Owner == owner)
                found.Add(stored);
        }
        return found;
    }

    /// <summary>Reads the records of all stores, one at a time.</summary>
    internal static IEnumerable<StoredRecord> ReadEvery(string stateDirectory)
    {
        foreach (var directory in Directory.Exists(stateDirectory) ? Directory.EnumerateDirectories(stateDirectory) : [])
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (SmallFile.TryReadRegular(path) is { } bytes)
                    yield return OwnerRecord.Parse(bytes);
            }
        }
    }

    /// <summary>The stores that any record is of, in order.</summary>
    internal static List<string> ListStores(string stateDirectory)
    {
        var stores = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var directory in Directory.Exists(stateDirectory) ? Directory.EnumerateDirectories(stateDirectory) : [])
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                // All records of a directory are of one store.
                if (SmallFile.TryReadRegular(path) is { } bytes && OwnerRecord.Parse(bytes).Store is { Length: > 0 } store)
                {
                    stores.Add(store);
                    break;
                }
            }
        }
        return [.. stores];
    }

    static string NameOf(ReservationOwner owner)
    {
        var id = owner.ContainerId.Length <= MaxContainerIdLength
            ? owner.ContainerId
            : owner.ContainerId[..200] + "~" + StableHash.Compute(owner.ContainerId).ToString("x16", CultureInfo.InvariantCulture);
        return $"{id},{owner.InterfaceName}";
    }
}

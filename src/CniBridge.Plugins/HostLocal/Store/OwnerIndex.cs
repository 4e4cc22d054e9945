using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// An index of the reservations by owner, so that ADD and DEL do not read every reservation. Its records also prove that an attachment
/// is dead. It is outside the reservations' directory, where the Go plugin reads every file. It has one record per owner, and a stamp of
/// the directory. The stamp does not match after a change by another program, a boot, or a kill during a change. Then the index is
/// rebuilt from the reservations and the old records. Without an index everything works, but slower, and without proofs.
/// The index is not flushed to disk, because that costs more than the rest of an ADD. A loss of power may lose the records of the last
/// seconds. Their reservations stay until a DEL, a GC or the operator releases them.
/// </summary>
sealed class OwnerIndex
{
    const uint FileMode = 0b110_000_000;

    const string StampFile = ".stamp";

    /// <summary>
    /// The maximum length of a container ID in a file name: NAME_MAX (255) minus a comma, the interface name and some room.
    /// </summary>
    const int MaxContainerIdLength = 230;

    const int MaxRemembered = 1024;

    /// <summary>The number of reservations that are collected before their records are written.</summary>
    const int MaxPending = 4096;

    readonly string _directory;
    readonly string _store;

    /// <summary>The records that were read or written, by file name. Only the holder of the store's lock changes the files.</summary>
    readonly Dictionary<string, OwnerRecord?> _read = new(StringComparer.Ordinal);

    /// <param name="stateDirectory">The directory of all indexes.</param>
    /// <param name="store">The directory of the reservations.</param>
    internal OwnerIndex(string stateDirectory, string store)
    {
        _store = Path.GetFullPath(store);
        // Networks with the same name may have different data directories.
        var mark = StableHash.Compute(_store).ToString("x16", CultureInfo.InvariantCulture);
        var network = Path.GetFileName(store);
        _directory = Path.Combine(stateDirectory, $"{network[..Math.Min(network.Length, 200)]}-{mark}");
    }

    internal string ReleasesDirectory => Path.Combine(_directory, ".released");

    /// <summary>Returns whether the index matches the reservations.</summary>
    internal bool IsCurrent() =>
        SmallFile.TryReadRegular(Path.Combine(_directory, StampFile)) is { } stamp &&
        Encoding.ASCII.GetString(stamp) == DirectoryStamp.Get(_store);

    /// <summary>Returns the owner's record, or null. The index must be current.</summary>
    internal OwnerRecord? Find(ReservationOwner owner)
    {
        var name = NameOf(owner);
        return _read.TryGetValue(name, out var known) ? known : Remember(name, Read(owner));
    }

    OwnerRecord? Read(ReservationOwner owner) =>
        SmallFile.TryRead(Path.Combine(_directory, NameOf(owner))) is { } bytes
            ? OwnerRecord.Parse(bytes).Record with { Owner = owner }
            : null;

    /// <summary>Caches a record. Clears the cache first if it is full.</summary>
    OwnerRecord? Remember(string name, OwnerRecord? record)
    {
        if (_read.Count >= MaxRemembered)
            _read.Clear();
        return _read[name] = record;
    }

    /// <summary>Returns the owner's record of an index that may be out of date; null if there is none or it cannot be read.</summary>
    internal OwnerRecord? TryFind(ReservationOwner owner, TextWriter log)
    {
        try
        {
            return Find(owner);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot read the record of {owner.ContainerId}: {e.Message}");
            return null;
        }
    }

    /// <summary>Writes a record over the existing one. Deletes the file if the record has no addresses.</summary>
    internal void Save(OwnerRecord record)
    {
        var name = NameOf(record.Owner);
        if (record.Entries.Count == 0)
            SmallFile.TryDelete(Path.Combine(_directory, name));
        else
            OverwrittenFile.Write(Path.Combine(_directory, name), record.ToBytes(_store), FileMode);
        Remember(name, record.Entries.Count == 0 ? null : record);
    }

    /// <summary>Deletes the record of an owner when the store is gone. Without a store there is no lock. Logs a failure.</summary>
    internal void Forget(ReservationOwner owner, TextWriter log)
    {
        try
        {
            SmallFile.TryDelete(Path.Combine(_directory, NameOf(owner)));
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"could not delete the record of {owner.ContainerId}: {e.Message}");
        }
    }

    /// <summary>
    /// Reads the records that name their owner, one at a time: all of them may not fit into the memory of a plugin process.
    /// </summary>
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

    /// <summary>Begins a rebuild of the index. It is stale until the next <see cref="Commit"/>.</summary>
    internal void BeginRebuild()
    {
        Directories.Ensure(_directory);
        SmallFile.TryDelete(Path.Combine(_directory, StampFile));
        _read.Clear();
    }

    /// <summary>Completes a rebuild of the index: adds the reservations that the records lack.</summary>
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

    /// <summary>Stamps the directory of the reservations. A later change by another program makes the index stale.</summary>
    internal void Commit() =>
        OverwrittenFile.Write(Path.Combine(_directory, StampFile), Encoding.ASCII.GetBytes(DirectoryStamp.Set(_store)), FileMode);

    /// <summary>
    /// Returns an owner's records in all other indexes. A network may have been renamed, or its data directory moved, since ADD. The cost
    /// grows with the number of networks.
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

    /// <summary>Returns the directories of all stores with records, in order.</summary>
    internal static List<string> ListStores(string stateDirectory)
    {
        var stores = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var directory in Directory.Exists(stateDirectory) ? Directory.EnumerateDirectories(stateDirectory) : [])
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                // All records in a directory belong to the same store.
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

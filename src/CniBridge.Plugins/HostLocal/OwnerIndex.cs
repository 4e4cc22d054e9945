using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

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
        var mark = StableHash.Of(_store).ToString("x16", CultureInfo.InvariantCulture);
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
        if (_read.TryGetValue(name, out var known))
            return known;
        var bytes = SmallFile.TryRead(Path.Combine(_directory, name));
        return _read[name] = bytes is null ? null : OwnerRecord.Parse(bytes).Record with { Owner = owner };
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
        _read[name] = record.Entries.Count == 0 ? null : record;
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

    /// <summary>All records that name their owner, current or not; grows with the number of pods.</summary>
    internal List<OwnerRecord> ReadAll()
    {
        var records = new List<OwnerRecord>();
        if (!SmallFile.Exists(_directory))
            return records;
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            // What is no record is swept away when the index is made anew.
            if (SmallFile.TryReadRegular(path) is { } bytes && OwnerRecord.Parse(bytes).Record is var record &&
                record.Owner.ContainerId.Length > 0 && NameOf(record.Owner) == Path.GetFileName(path))
                records.Add(record);
        }
        return records;
    }

    /// <summary>Makes the index anew. What is known of owners that have addresses still is kept.</summary>
    internal void Rebuild(ILookup<ReservationOwner?, IpAddress> owners, IReadOnlyList<OwnerRecord> known)
    {
        Directories.Ensure(_directory);
        SmallFile.TryDelete(Path.Combine(_directory, StampFile));
        _read.Clear();
        var byName = new Dictionary<string, OwnerRecord>(StringComparer.Ordinal);
        foreach (var record in known)
            byName[NameOf(record.Owner)] = record;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in owners)
            wanted.Add(NameOf(owner.Key!));
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            // One that could not be read may be no file at all, and cannot be written to.
            if (Path.GetFileName(path) is var name && !(wanted.Contains(name) && byName.ContainsKey(name)))
                SmallFile.TryDelete(path);
        }
        foreach (var owner in owners)
        {
            var found = byName.GetValueOrDefault(NameOf(owner.Key!));
            RecordedAddress[] entries = [.. owner.Select(address => found?.Find(address) ?? new RecordedAddress(address, null))];
            if (found is null || !found.Entries.SequenceEqual(entries))
                Save(new OwnerRecord(owner.Key!, entries, found?.Origin));
        }
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

    /// <summary>All records of all stores; grows with the number of pods.</summary>
    internal static List<StoredRecord> ReadEvery(string stateDirectory)
    {
        var records = new List<StoredRecord>();
        foreach (var directory in Directory.Exists(stateDirectory) ? Directory.EnumerateDirectories(stateDirectory) : [])
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (SmallFile.TryReadRegular(path) is { } bytes)
                    records.Add(OwnerRecord.Parse(bytes));
            }
        }
        return records;
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
            : owner.ContainerId[..200] + "~" + StableHash.Of(owner.ContainerId).ToString("x16", CultureInfo.InvariantCulture);
        return $"{id},{owner.InterfaceName}";
    }
}

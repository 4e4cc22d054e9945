using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// The records of a store's owners in an <see cref="OwnerIndex"/>, which is updated before the first look-up. The index is optional:
/// a failure is logged once and affects nothing else.
/// </summary>
sealed class OwnerRecords(OwnerIndex owners, ReservationFiles files, AttachmentLiveness proof, TextWriter log)
{
    /// <summary>Null after a failure: then every reservation is read.</summary>
    OwnerIndex? _index = owners;
    bool _isCurrent;
    bool _isChanged;

    /// <summary>Notes that this process changed the directory, so that <see cref="Commit"/> stamps it.</summary>
    internal void NoteChange() => _isChanged = true;

    internal OwnerRecord? Find(ReservationOwner owner)
    {
        Update();
        OwnerRecord? record = null;
        Use(index => record = index.Find(owner));
        return record;
    }

    internal void Save(OwnerRecord record)
    {
        Update();
        Use(index => index.Save(record));
        _isChanged = true;
    }

    /// <summary>Returns the addresses that the reservations name for an owner.</summary>
    internal IReadOnlyList<IpAddress> FindAddresses(ReservationOwner owner)
    {
        var record = Find(owner);
        if (_index is not null)
        {
            if (record is null || (record.Addresses.Count > 0 && record.Addresses.All(address => files.Holds(address, owner))))
                return record?.Addresses ?? [];
            // A reservation was rewritten in place, which does not change the stamp, or ADD was killed before it wrote the record.
            Rebuild();
        }
        return files.FindByOwner(owner);
    }

    /// <summary>Returns the addresses of an owner without writing anything.</summary>
    internal IReadOnlyList<IpAddress> Look(ReservationOwner owner)
    {
        IReadOnlyList<IpAddress>? addresses = null;
        Use(index => addresses = index.IsCurrent() ? index.Find(owner)?.Addresses ?? [] : null);
        return addresses is not null && addresses.All(address => files.Holds(address, owner)) ? addresses : files.FindByOwner(owner);
    }

    /// <summary>Rebuilds the index unless it is current.</summary>
    internal void Update()
    {
        if (_isCurrent)
            return;
        var isCurrent = false;
        Use(index => isCurrent = index.IsCurrent());
        if (!isCurrent)
            Rebuild();
        _isCurrent = true;
    }

    /// <summary>Rebuilds the index. Keeps the recorded origin of owners that still have addresses. Reads each file once.</summary>
    void Rebuild()
    {
        // An index that can be read but not written still shows which reservations were lost.
        using var known = (_index?.ReadFiles() ?? []).GetEnumerator();
        Use(index => index.BeginRebuild());
        var lost = new LostReservations(files, proof, log);
        var recorded = new HashSet<IpAddress>();
        while (TryMoveNext(known))
        {
            var (path, record) = known.Current;
            if (record is not null)
                lost.Restore(record);
            Use(index => _ = record is null ? SmallFile.TryDelete(path) : Keep(index, record, recorded));
        }
        Use(index => index.EndRebuild(files.Read(address => !recorded.Contains(address))));
        _isChanged = true;
    }

    /// <summary>Removes the addresses that the owner no longer has from a record. Returns false if there were none.</summary>
    bool Keep(OwnerIndex index, OwnerRecord record, HashSet<IpAddress> recorded)
    {
        List<RecordedAddress> entries = [.. record.Entries.Where(entry => files.Holds(entry.Address, record.Owner))];
        recorded.UnionWith(entries.Select(entry => entry.Address));
        if (entries.Count == record.Entries.Count)
            return false;
        index.Save(record with { Entries = entries });
        return true;
    }

    bool TryMoveNext(IEnumerator<(string Path, OwnerRecord? Record)> known)
    {
        var isAnother = false;
        Try(() => isAnother = known.MoveNext());
        return isAnother;
    }

    void Use(Action<OwnerIndex> use)
    {
        if (_index is { } index)
            Try(() => use(index));
    }

    void Try(Action use)
    {
        try
        {
            use();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot use the index of owners: {e.Message}");
            _index = null;
        }
    }

    /// <summary>Stamps the directory after the last change.</summary>
    internal void Commit()
    {
        if (_isChanged && _isCurrent)
            Use(index => index.Commit());
    }
}

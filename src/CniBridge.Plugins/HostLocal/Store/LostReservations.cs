using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// Reservations that were deleted under living pods: by a person, or with a data directory that did not last. Their addresses
/// would be handed out a second time.
/// </summary>
sealed class LostReservations(ReservationFiles files, AttachmentLiveness proof, TextWriter log)
{
    /// <summary>
    /// The reservations by the hash code of their owner: a plugin process may not have the memory for all owners. Read when the first
    /// reservation is missing, before any is created.
    /// </summary>
    readonly Lazy<ILookup<int, IpAddress>> _present =
        new(() => files.Read().Where(file => file.Owner is not null).ToLookup(file => file.Owner!.GetHashCode(), file => file.Address));

    /// <summary>Creates those of a record again whose attachment is certain to live; the Go plugin released the others.</summary>
    internal void Restore(OwnerRecord record)
    {
        foreach (var entry in record.Entries)
        {
            if (files.IsFree(entry.Address) && proof.IsInUse(record, entry.Address) && !IsOutdated(record))
                Restore(record.Owner, entry);
        }
    }

    /// <summary>
    /// Tells whether the owner has a reservation that the record lacks: the record is of a former attachment then, because writing or
    /// deleting it failed. The link on the node is the new attachment's.
    /// </summary>
    bool IsOutdated(OwnerRecord record) =>
        _present.Value[record.Owner.GetHashCode()].Any(address => record.Find(address) is null && files.Holds(address, record.Owner));

    /// <summary>The file gets its former time, so that the record stays true: it need not be written, which could fail.</summary>
    void Restore(ReservationOwner owner, RecordedAddress entry)
    {
        using var reservation = files.Prepare(entry.Address, owner, entry.MadeAt);
        if (reservation.TryPublish())
        {
            log.WriteLine($"{entry.Address} is reserved for {owner.ContainerId} {owner.InterfaceName} again: " +
                "its pod lives, and the reservation was gone");
        }
    }
}

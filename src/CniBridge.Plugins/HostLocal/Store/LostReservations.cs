using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// Reservations of living pods that were deleted by a person, or with a data directory that did not persist. Without them, the
/// addresses would be allocated twice.
/// </summary>
sealed class LostReservations(ReservationFiles files, AttachmentLiveness proof, TextWriter log)
{
    /// <summary>
    /// The reservations by the hash code of their owner, because all owners may not fit into the memory of a plugin process. They are read
    /// when the first reservation is missing, before any is created.
    /// </summary>
    readonly Lazy<ILookup<int, IpAddress>> _present =
        new(() => files.Read().Where(file => file.Owner is not null).ToLookup(file => file.Owner!.GetHashCode(), file => file.Address));

    /// <summary>Recreates the reservations of a record whose attachment is certainly alive. The Go plugin released the others.</summary>
    internal void Restore(OwnerRecord record)
    {
        foreach (var entry in record.Entries)
        {
            if (files.IsFree(entry.Address) && proof.IsInUse(record, entry.Address) && !IsOutdated(record))
                Restore(record.Owner, entry);
        }
    }

    /// <summary>
    /// Returns whether the owner has a reservation that the record lacks. Then a former attachment made the record, and the host link is
    /// of the new one: the record could not be written or deleted.
    /// </summary>
    bool IsOutdated(OwnerRecord record) =>
        _present.Value[record.Owner.GetHashCode()].Any(address => record.Find(address) is null && files.Holds(address, record.Owner));

    /// <summary>Recreates a file with its former time. The record stays valid without a write, which could fail.</summary>
    void Restore(ReservationOwner owner, RecordedAddress entry)
    {
        using var reservation = files.Prepare(entry.Address, owner, entry.MadeAt);
        if (reservation.TryPublish())
        {
            log.WriteLine($"restored the lost reservation of {entry.Address} for {owner.ContainerId} {owner.InterfaceName}: " +
                "its pod is alive");
        }
    }
}

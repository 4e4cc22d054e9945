using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// Reservations that were deleted under living pods: by a person, or with a data directory that did not last. Their addresses
/// would be handed out a second time.
/// </summary>
sealed class LostReservations(ReservationFiles files, ProofOfDeath proof, TextWriter log)
{
    /// <summary>Puts those back whose attachment is certain to live; the Go plugin released the others.</summary>
    /// <returns>The records, as far as they are still true.</returns>
    internal List<OwnerRecord> Restore(IReadOnlyList<OwnerRecord> known)
    {
        var records = new List<OwnerRecord>();
        foreach (var record in known)
        {
            var isRestored = false;
            foreach (var address in record.Addresses)
                isRestored |= TryRestore(record, address);
            records.Add(isRestored ? record with { Noted = DateTimeOffset.UtcNow } : record);
        }
        return records;
    }

    bool TryRestore(OwnerRecord record, IpAddress address)
    {
        if (!files.IsFree(address) || !proof.IsInUse(record, address) || !files.TryCreate(address, record.Owner))
            return false;
        log.WriteLine($"{address} is reserved for {record.Owner.ContainerId} {record.Owner.InterfaceName} again: " +
            "its pod lives, and the reservation was gone");
        return true;
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>The reservations of one network. The store holds their lock until it is disposed.</summary>
interface IReservationStore : IDisposable
{
    /// <summary>Returns whether the address is not reserved.</summary>
    bool IsFree(IpAddress address);

    /// <summary>Reserves an address. Returns false if it is reserved already.</summary>
    bool TryReserve(IpAddress address, ReservationOwner owner);

    void Release(IpAddress address, ReservationOwner owner);

    /// <summary>Returns the time at which a free address was released; null if none is recorded.</summary>
    DateTimeOffset? FindRelease(IpAddress address);

    /// <summary>Returns the addresses of an owner, in any range.</summary>
    IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner);

    /// <summary>
    /// Returns an address that is reserved for an attachment. For one of this network, the address is in the range set; for one of
    /// another network, it has the same family.
    /// </summary>
    IpAddress? FindReservation(Attachment attachment, RangeSet set);

    /// <summary>Returns the last reserved address of a range set, or null.</summary>
    IpAddress? GetLastReserved(int rangeSet);

    void SetLastReserved(int rangeSet, IpAddress address);

    /// <summary>Judges whether the attachment of a reservation is alive.</summary>
    /// <param name="countsLink">False: ignore the host link, because the caller deletes it.</param>
    LivenessResult Judge(IpAddress address, ReservationOwner owner, bool countsLink = true);

    /// <summary>
    /// Returns those of some reserved addresses that are configured in a living namespace; see <see cref="LivingAddresses"/>. Returns null
    /// if it cannot be known.
    /// </summary>
    IReadOnlySet<IpAddress>? TryFindLiving(IReadOnlyDictionary<IpAddress, ReservationOwner?> reservations);

    /// <summary>Releases leaked addresses of a set and empty reservation files. Returns false if there were none.</summary>
    bool Reclaim(RangeSet set);

    /// <summary>Records the attachment of this request as the owner of the existing reservations.</summary>
    /// <returns>The former record for <see cref="PutBack"/>, or null.</returns>
    OwnerRecord? Adopt(ReservationOwner owner);

    void PutBack(OwnerRecord record);
}

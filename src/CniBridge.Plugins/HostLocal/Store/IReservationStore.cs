using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>The reservations of one network, held under its lock until disposed.</summary>
interface IReservationStore : IDisposable
{
    /// <summary>Has nobody reserved the address?</summary>
    bool IsFree(IpAddress address);

    /// <summary>Reserves an address; false when somebody has it.</summary>
    bool TryReserve(IpAddress address, ReservationOwner owner);

    void Release(IpAddress address, ReservationOwner owner);

    /// <summary>When a free address was released, if that is noted.</summary>
    DateTimeOffset? FindRelease(IpAddress address);

    /// <summary>The addresses of an owner, in any range.</summary>
    IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner);

    /// <summary>Returns an address that is reserved for an attachment of this network in a range set, or of another network in its own.</summary>
    IpAddress? FindReservation(Attachment attachment, RangeSet set);

    /// <summary>Where the search in a range set ended last time, or null.</summary>
    IpAddress? GetLastReserved(int rangeSet);

    void SetLastReserved(int rangeSet, IpAddress address);

    /// <summary>Does the attachment that a reservation was made for still live?</summary>
    /// <param name="countsLink">Is a link on the node a sign of life? Not to whoever deletes it.</param>
    LivenessResult Judge(IpAddress address, ReservationOwner owner, bool countsLink = true);

    /// <summary>
    /// Returns those of some reserved addresses that are configured in a living namespace; see <see cref="LivingAddresses"/>. Returns null
    /// if it cannot be known.
    /// </summary>
    IReadOnlySet<IpAddress>? TryFindLiving(IReadOnlyDictionary<IpAddress, ReservationOwner?> reservations);

    /// <summary>Frees addresses of a set whose reservation is proven to be no one's; true when there were any.</summary>
    bool Reclaim(RangeSet set);

    /// <summary>What an owner has is from now on this request's attachment's.</summary>
    /// <returns>What was recorded before, for <see cref="PutBack"/>.</returns>
    OwnerRecord? Adopt(ReservationOwner owner);

    void PutBack(OwnerRecord record);
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>Whose an address is: a container's interface, in the network that the store is for.</summary>
sealed record ReservationOwner(string ContainerId, string InterfaceName);

/// <summary>The reservations of one network, held under its lock until disposed.</summary>
interface IReservationStore : IDisposable
{
    /// <summary>Reserves an address; false when somebody has it.</summary>
    bool TryReserve(IpAddress address, ReservationOwner owner);

    void Release(IpAddress address, ReservationOwner owner);

    /// <summary>The addresses of an owner, in any range.</summary>
    IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner);

    /// <summary>Where the search in a range set ended last time, or null.</summary>
    IpAddress? GetLastReserved(int rangeSet);

    void SetLastReserved(int rangeSet, IpAddress address);

    /// <summary>Frees addresses whose reservation is proven to be no one's; true when there were any.</summary>
    bool ReclaimLeftovers();
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Reservations in memory; an owner of nobody's name is what a crash left.</summary>
sealed class MemoryStore : IReservationStore
{
    internal static readonly ReservationOwner Nobody = new("", "");

    internal Dictionary<IpAddress, ReservationOwner> Reservations { get; } = [];
    internal Dictionary<int, IpAddress> LastReserved { get; } = [];
    internal int Reclaims { get; private set; }

    /// <summary>The marker of this range set cannot be written.</summary>
    internal int? BrokenMarker { get; init; }

    public bool TryReserve(IpAddress address, ReservationOwner owner) => Reservations.TryAdd(address, owner);

    public void Release(IpAddress address, ReservationOwner owner) => Reservations.Remove(address);

    public IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner) =>
        [.. Reservations.Where(pair => pair.Value == owner).Select(pair => pair.Key)];

    public IpAddress? GetLastReserved(int rangeSet) => LastReserved.TryGetValue(rangeSet, out var address) ? address : null;

    public void SetLastReserved(int rangeSet, IpAddress address)
    {
        if (rangeSet == BrokenMarker)
            throw new KernelException("write the marker", Errno.ENOSPC);
        LastReserved[rangeSet] = address;
    }

    public bool ReclaimLeftovers()
    {
        Reclaims++;
        var left = Reservations.Where(pair => pair.Value == Nobody).Select(pair => pair.Key).ToList();
        left.ForEach(address => Reservations.Remove(address));
        return left.Count > 0;
    }

    public void Dispose()
    {
    }
}

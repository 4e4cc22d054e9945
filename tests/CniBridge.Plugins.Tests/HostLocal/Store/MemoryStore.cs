using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Reservations in memory. An owner without a name is a leftover of a crash.</summary>
sealed class MemoryStore : IReservationStore
{
    internal static readonly ReservationOwner Ownerless = new("", "");

    internal Dictionary<IpAddress, ReservationOwner> Reservations { get; } = [];
    internal Dictionary<int, IpAddress> LastReserved { get; } = [];
    internal int Reclaims { get; private set; }

    /// <summary>The range set whose marker cannot be written, or null.</summary>
    internal int? BrokenMarker { get; init; }

    /// <summary>The owners whose attachments are proven dead or alive.</summary>
    internal Dictionary<ReservationOwner, LivenessState> Lives { get; } = [];

    /// <summary>The addresses that any namespace has. Null if they are unknown.</summary>
    internal HashSet<IpAddress>? Living { get; set; } = [];

    internal Dictionary<IpAddress, DateTimeOffset> Releases { get; } = [];

    /// <summary>The adopted owners and those that were put back.</summary>
    internal List<string> Adoptions { get; } = [];

    public bool IsFree(IpAddress address) => !Reservations.ContainsKey(address);

    public DateTimeOffset? FindRelease(IpAddress address) => Releases.TryGetValue(address, out var time) ? time : null;

    public LivenessResult Judge(IpAddress address, ReservationOwner owner, bool countsLink = true) =>
        new(Lives.GetValueOrDefault(owner), "says the test");

    public IReadOnlySet<IpAddress>? TryFindLiving(IReadOnlyDictionary<IpAddress, ReservationOwner?> reservations) =>
        Living?.Where(reservations.ContainsKey).ToHashSet();

    public OwnerRecord? Adopt(ReservationOwner owner)
    {
        Adoptions.Add($"adopt {owner.ContainerId}");
        Lives[owner] = LivenessState.Alive;
        return new OwnerRecord(owner, [.. FindByOwner(owner).Select(address => new RecordedAddress(address, null))], null);
    }

    public void PutBack(OwnerRecord record)
    {
        Adoptions.Add($"put back {record.Owner.ContainerId}");
        Lives[record.Owner] = LivenessState.Dead;
    }

    public bool TryReserve(IpAddress address, ReservationOwner owner) => Reservations.TryAdd(address, owner);

    public void Release(IpAddress address, ReservationOwner owner) => Reservations.Remove(address);

    public IReadOnlyList<IpAddress> FindByOwner(ReservationOwner owner) =>
        [.. Reservations.Where(pair => pair.Value == owner).Select(pair => pair.Key)];

    public IpAddress? FindReservation(Attachment attachment, RangeSet set) =>
        FindByOwner(new ReservationOwner(attachment.ContainerId, attachment.InterfaceName))
            .FirstOrDefault(address => set.Find(address) is not null);

    public IpAddress? GetLastReserved(int rangeSet) => LastReserved.TryGetValue(rangeSet, out var address) ? address : null;

    public void SetLastReserved(int rangeSet, IpAddress address)
    {
        if (rangeSet == BrokenMarker)
            throw new KernelException("write the marker", Errno.ENOSPC);
        LastReserved[rangeSet] = address;
    }

    public bool Reclaim(RangeSet set)
    {
        Reclaims++;
        var left = Reservations.Where(pair => pair.Value == Ownerless || (set.Find(pair.Key) is not null &&
            Lives.GetValueOrDefault(pair.Value) == LivenessState.Dead && Living?.Contains(pair.Key) == false)).Select(pair => pair.Key)
                .ToList();
        left.ForEach(address => Reservations.Remove(address));
        return left.Count > 0;
    }

    public void Dispose()
    {
    }
}

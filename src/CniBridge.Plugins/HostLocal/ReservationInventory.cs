using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>A reservation, and what is known of the attachment that it was made for.</summary>
/// <param name="ContainerId">Empty where the file names no owner: what a crash of the Go plugin leaves, or no reservation at all.</param>
/// <param name="InterfaceName">Empty in files of the oldest Go versions.</param>
/// <param name="Origin">Null: another plugin made it.</param>
/// <param name="ReservedAt">When the file was written.</param>
/// <param name="IsConfigured">Does any living namespace have the address? Null: not all could be looked into.</param>
public sealed record ReservationState(
    IpAddress Address, string ContainerId, string InterfaceName, AttachmentOrigin? Origin, DateTimeOffset? ReservedAt,
    LifeVerdict Life, bool? IsConfigured)
{
    /// <summary>Proven to be nobody's: what a full range makes ADD take back.</summary>
    public bool IsLeaked => IsConfigured == false && Life.State == LifeState.Dead;
}

/// <summary>What the operator may ask of a network's reservations and do with them; grows with their number.</summary>
/// <param name="dataDirectory">With the network's own directory: DATADIR/NETWORK.</param>
/// <param name="stateDirectory">ipam.stateDir</param>
public sealed class ReservationInventory(string dataDirectory, string stateDirectory, TextWriter log)
{
    readonly StorePlace _place = new(dataDirectory, stateDirectory);

    internal INodeView Node { get; init; } = new NodeView();

    /// <summary>The directories of all networks that have records, DATADIR/NETWORK each, in order.</summary>
    public static IReadOnlyList<string> ListStores(string stateDirectory = StorePlace.DefaultStateDirectory) =>
        OwnerIndex.ListStores(stateDirectory);

    /// <summary>Ascending by address; empty where there is no such network.</summary>
    /// <exception cref="IOException">The directory cannot be read, or its lock not be had.</exception>
    public IReadOnlyList<ReservationState> List()
    {
        using var store = ReservationStore.TryOpen(_place, log, new StoreUser(Node));
        return store?.ListStates() ?? [];
    }

    /// <summary>Frees all that <see cref="ReservationState.IsLeaked"/> says of, and what a crash of the Go plugin left.</summary>
    /// <returns>What was freed.</returns>
    public IReadOnlyList<ReservationState> Collect()
    {
        using var store = ReservationStore.TryOpen(_place, log, new StoreUser(Node));
        var freed = new List<ReservationState>();
        foreach (var state in store?.ListStates() ?? [])
        {
            if ((state.IsLeaked || state.Life == LifeVerdict.Empty) && store!.TryRelease(state))
                freed.Add(state);
        }
        return freed;
    }

    /// <summary>Frees one, whatever is known of it; false where nobody has it.</summary>
    public bool Release(IpAddress address)
    {
        using var store = ReservationStore.TryOpen(_place, log, new StoreUser(Node));
        foreach (var state in store?.ListStates() ?? [])
        {
            if (state.Address == address)
                return store!.TryRelease(state);
        }
        return false;
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Plugins.HostLocal;

/// <summary>What the operator may ask of a network's reservations and do with them; grows with their number.</summary>
/// <param name="dataDirectory">With the network's own directory: DATADIR/NETWORK.</param>
/// <param name="stateDirectory">ipam.stateDir</param>
public sealed class ReservationInventory(string dataDirectory, string stateDirectory, TextWriter log)
{
    public const string DefaultDataDirectory = StorePlace.DefaultDataDirectory;
    public const string DefaultStateDirectory = StorePlace.DefaultStateDirectory;

    readonly StorePlace _place = new(dataDirectory, stateDirectory);

    internal INodeView Node { get; init; } = new NodeView();

    /// <summary>The directories of all networks that have records, DATADIR/NETWORK each, in order.</summary>
    public static IReadOnlyList<string> ListStores(string stateDirectory = StorePlace.DefaultStateDirectory) =>
        OwnerIndex.ListStores(stateDirectory);

    /// <summary>See <see cref="ReservationSurvey"/>.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public IReadOnlyList<ReservationState> List() => new ReservationSurvey(dataDirectory, stateDirectory) { Node = Node }.List();

    /// <summary>Frees all that <see cref="ReservationState.IsLeftOver"/> says of.</summary>
    /// <returns>What was freed.</returns>
    public IReadOnlyList<ReservationState> Collect() => Release(state => state.IsLeftOver);

    /// <summary>Frees one, whatever is known of it; false where nobody has it.</summary>
    public bool Release(IpAddress address) => Release(state => state.Address == address).Count > 0;

    /// <summary>What is found under the lock stays so until it is freed.</summary>
    List<ReservationState> Release(Func<ReservationState, bool> isWanted)
    {
        using var store = ReservationStore.TryOpen(_place, log, new StoreUser(Node));
        var freed = new List<ReservationState>();
        foreach (var state in store is null ? [] : List())
        {
            if (isWanted(state) && store!.TryRelease(state))
                freed.Add(state);
        }
        return freed;
    }

    /// <summary>
    /// Reserves again what living pods of the network have and nobody has reserved, and notes for whom, where that is not
    /// known, so that it can be proven dead one day.
    /// </summary>
    /// <param name="pods">Of any network.</param>
    /// <param name="isOfRange">May the address be of this store?</param>
    public IReadOnlyList<RebuiltAddress> Rebuild(IReadOnlyList<PodInterface> pods, Func<IpAddress, bool> isOfRange)
    {
        var before = List();
        var rebuilt = new List<RebuiltAddress>();
        foreach (var pod in pods)
        {
            // A pod may give its interface another name, but then it is not known what it was given.
            if (pod.Attachment?.Network != _place.Network || pod.Inside?.Name != pod.Attachment.InterfaceName)
                continue;
            foreach (var address in pod.Addresses)
            {
                if (isOfRange(address.Address) && Rebuild(pod, address.Address, before) is { } step)
                    rebuilt.Add(new RebuiltAddress(address.Address, pod.Attachment, step));
            }
        }
        return rebuilt;
    }

    RebuildStep? Rebuild(PodInterface pod, IpAddress address, IReadOnlyList<ReservationState> before)
    {
        var owner = new ReservationOwner(pod.Attachment!.ContainerId, pod.Attachment.InterfaceName);
        // Another mount may lie over the one that is known of the namespace.
        var (path, identity) = pod.Namespace!;
        var origin = new AttachmentOrigin(Node.BootId, path, Node.IdentityOf(path) == identity ? identity : "", DateTimeOffset.UtcNow);
        using var store = ReservationStore.Open(_place, log, new StoreUser(Node, origin));
        // Opened, the store may have put it back by itself.
        if (!store.TryReserve(address, owner) && !store.Holds(address, owner))
            return RebuildStep.Taken;
        var known = before.FirstOrDefault(state => state.Address == address);
        if (known is null)
            return RebuildStep.Restored;
        if (known.Life.State != LifeState.Unknown)
            return null;
        store.Adopt(owner);
        return RebuildStep.Recorded;
    }
}

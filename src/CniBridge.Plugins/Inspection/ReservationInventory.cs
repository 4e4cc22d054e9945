using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.Inspection;

/// <summary>The operator's view of a network's reservations, and the changes to them. The cost grows with their number.</summary>
/// <param name="dataDirectory">The network's directory: DATADIR/NETWORK.</param>
/// <param name="stateDirectory">ipam.stateDir</param>
public sealed class ReservationInventory(string dataDirectory, string stateDirectory, TextWriter log)
{
    public const string DefaultDataDirectory = StorePlace.DefaultDataDirectory;
    public const string DefaultStateDirectory = StorePlace.DefaultStateDirectory;

    readonly StorePlace _place = new(dataDirectory, stateDirectory);

    internal INodeView Node { get; init; } = new NodeView();

    /// <summary>Returns the directories (DATADIR/NETWORK) of all networks with records, in order.</summary>
    public static IReadOnlyList<string> ListStores(string stateDirectory = StorePlace.DefaultStateDirectory) =>
        OwnerIndex.ListStores(stateDirectory);

    /// <summary>Returns the reservations; see <see cref="ReservationSurvey"/>.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public IReadOnlyList<ReservationState> List() => new ReservationSurvey(dataDirectory, stateDirectory) { Node = Node }.List();

    /// <summary>Releases the reservations for which <see cref="ReservationState.IsLeftOver"/> is true.</summary>
    /// <returns>The released reservations.</returns>
    public IReadOnlyList<ReservationState> Collect() => Release(state => state.IsLeftOver);

    /// <summary>Releases an address in any state. Returns false if it is not reserved.</summary>
    public bool Release(IpAddress address) => Release(state => state.Address == address).Count > 0;

    /// <summary>Releases the selected reservations under the lock, so that their state cannot change in between.</summary>
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
    /// Reserves the addresses that living pods of the network got and that are not reserved. Records the attachments of reservations
    /// without
    /// a record, so that they can be proven dead later. See <see cref="GivenAddresses"/>.
    /// </summary>
    /// <param name="pods">The pods of all networks.</param>
    /// <param name="network">The configuration of the network, or null.</param>
    /// <param name="nodeAddresses">The addresses of the node, which no pod can have.</param>
    public IReadOnlyList<RebuiltAddress> Rebuild(
        IReadOnlyList<PodInterface> pods, ConfiguredNetwork? network, IReadOnlySet<IpAddress> nodeAddresses)
    {
        var before = List();
        var given = new GivenAddresses(network, ReadRecorded(before), nodeAddresses);
        var rebuilt = new List<RebuiltAddress>();
        foreach (var pod in pods)
        {
            // A pod may rename its interface. Then its addresses from ADD are unknown.
            if (pod.Attachment?.Network != _place.Network || pod.Inside?.Name != pod.Attachment.InterfaceName)
                continue;
            var owner = new ReservationOwner(pod.Attachment.ContainerId, pod.Attachment.InterfaceName);
            foreach (var address in given.List(pod, owner))
            {
                if (Rebuild(pod, owner, address, before) is { } step)
                    rebuilt.Add(new RebuiltAddress(address, pod.Attachment, step));
            }
        }
        return rebuilt;
    }

    /// <summary>Returns the addresses of each owner by its reservations and its record, because either may be lost.</summary>
    ILookup<ReservationOwner, IpAddress> ReadRecorded(IReadOnlyList<ReservationState> states)
    {
        var recorded = states
            .Select(state => (Owner: new ReservationOwner(state.ContainerId, state.InterfaceName), state.Address))
            .ToList();
        foreach (var record in new OwnerIndex(_place.StateDirectory, _place.Directory).ReadAll())
            recorded.AddRange(record.Addresses.Select(address => (record.Owner, address)));
        return recorded.ToLookup(one => one.Owner, one => one.Address);
    }

    RebuildStep? Rebuild(PodInterface pod, ReservationOwner owner, IpAddress address, IReadOnlyList<ReservationState> before)
    {
        // Another namespace may be mounted over the known path.
        var (path, identity) = pod.Namespace!;
        var origin = new AttachmentOrigin(Node.BootId, path, Node.IdentityOf(path) == identity ? identity : "", DateTimeOffset.UtcNow)
        {
            NetnsCookie = pod.Namespace.Cookie,
        };
        using var store = ReservationStore.Open(_place, log, new StoreUser(Node, origin));
        // The store may have restored the reservation when it was opened.
        if (!store.TryReserve(address, owner) && !store.Holds(address, owner))
            return RebuildStep.Taken;
        var known = before.FirstOrDefault(state => state.Address == address);
        if (known is null)
            return RebuildStep.Restored;
        if (known.Life.State != LivenessState.Unknown)
            return null;
        store.Adopt(owner);
        return RebuildStep.Recorded;
    }
}

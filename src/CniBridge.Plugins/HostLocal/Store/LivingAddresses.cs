using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// A search for reserved addresses in the namespaces of the node. A pod with CAP_NET_ADMIN can configure any address in its namespace.
/// So where the container of a namespace is known, only addresses that are reserved for that container count.
/// </summary>
/// <param name="stateDirectory">The directory of all owner indexes.</param>
/// <param name="reservations">The addresses with their owners; null: the owner is unknown.</param>
sealed class LivingAddresses(
    string stateDirectory, INodeView node, IReadOnlyDictionary<IpAddress, ReservationOwner?> reservations, TextWriter log)
{
    /// <summary>The containers by the cookies of their namespaces, which the kernel never uses again before the node is booted.</summary>
    readonly Dictionary<ulong, HashSet<string>> _containers = [];

    /// <summary>The containers that have one of the addresses according to the records of all networks.</summary>
    readonly Dictionary<IpAddress, HashSet<string>> _holders = [];

    bool _isRead;
    bool _isLogged;

    /// <summary>Returns the addresses that a living namespace has.</summary>
    /// <exception cref="IOException">This process may not enter other namespaces, or lacks descriptors or memory.</exception>
    internal HashSet<IpAddress> Find() => node.FindLiving(reservations.Keys.ToHashSet(), Counts);

    bool Counts(OccupiedNamespace place, IpAddress address)
    {
        if (reservations[address] is not { } owner || FindContainers(place) is not { Count: > 0 } containers ||
            containers.Contains(owner.ContainerId) || (_holders.TryGetValue(address, out var holders) && holders.Overlaps(containers)))
            return true;
        if (!_isLogged)
            log.WriteLine($"ignoring {address} in a namespace of {string.Join(", ", containers)}: it is reserved for {owner.ContainerId}");
        _isLogged = true;
        return false;
    }

    /// <summary>
    /// Returns the containers that have attachments in a namespace, as records and aliases tell; a pod changes neither of them. Returns
    /// null if a container is unknown because its alias was cut.
    /// </summary>
    HashSet<string>? FindContainers(OccupiedNamespace place)
    {
        ReadRecords();
        var containers = new HashSet<string>(_containers.GetValueOrDefault(place.Cookie, []), StringComparer.Ordinal);
        foreach (var alias in place.Aliases)
        {
            if (HostLink.TryParseAlias(alias) is not { } attachment)
                return null;
            containers.Add(attachment.ContainerId);
        }
        return containers;
    }

    /// <summary>Reads the records of all networks once. It is called only when a namespace has one of the addresses.</summary>
    void ReadRecords()
    {
        if (_isRead)
            return;
        _isRead = true;
        foreach (var (record, _) in OwnerIndex.ReadEvery(stateDirectory))
        {
            if (record.Origin is { NetnsCookie: not NamespaceCookie.Unknown } origin && origin.BootId == node.BootId)
                Add(_containers, origin.NetnsCookie, record.Owner.ContainerId);
            foreach (var address in record.Addresses.Where(reservations.ContainsKey))
                Add(_holders, address, record.Owner.ContainerId);
        }
    }

    static void Add<TKey>(Dictionary<TKey, HashSet<string>> sets, TKey key, string container)
        where TKey : notnull
    {
        if (!sets.TryGetValue(key, out var containers))
            sets[key] = containers = new HashSet<string>(StringComparer.Ordinal);
        containers.Add(container);
    }
}

using CniBridge.Plugins.HostLocal;

namespace CniBridge.Node.Inspection;

/// <summary>Where a network's reservations are on this node.</summary>
/// <param name="Directory">DATADIR/NETWORK</param>
public sealed record AddressStore(string Network, string Directory, string StateDirectory)
{
    /// <summary>What its pods have addresses from, where a configuration says so; else nothing is known.</summary>
    public IReadOnlyList<Linux.Addresses.Cidr> Subnets { get; init; } = [];

    public ReservationInventory Open(TextWriter log) => new(Directory, StateDirectory, log);

    /// <summary>
    /// Those of the configured networks, those that we have records of, and what else is in the usual place; in order of their
    /// directories.
    /// </summary>
    public static IReadOnlyList<AddressStore> FindAll(string confDirectory, string dataDirectory, string stateDirectory)
    {
        var stores = new SortedDictionary<string, AddressStore>(StringComparer.Ordinal);
        foreach (var (_, network) in NetworkFile.ReadAll(confDirectory))
        {
            if (network.StoreDirectory is not null)
                Add(new AddressStore(network.Name, Path.GetFullPath(network.StoreDirectory), network.StateDirectory) { Subnets = network.Subnets });
        }
        foreach (var directory in ReservationInventory.ListStores(stateDirectory))
            Add(Of(directory));
        if (System.IO.Directory.Exists(dataDirectory))
        {
            foreach (var directory in System.IO.Directory.EnumerateDirectories(dataDirectory))
                Add(Of(directory));
        }
        return [.. stores.Values];

        void Add(AddressStore store) => stores.TryAdd(store.Directory, store);
        AddressStore Of(string directory) => new(Path.GetFileName(directory), directory, stateDirectory);
    }
}

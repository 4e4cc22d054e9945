using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>The directory of a network's reservations on this node.</summary>
/// <param name="Directory">DATADIR/NETWORK</param>
public sealed record AddressStore(string Network, string Directory, string StateDirectory)
{
    /// <summary>The configuration of the network; null if no file configures it.</summary>
    public ConfiguredNetwork? Configured { get; init; }

    public ReservationInventory Open(TextWriter log) => new(Directory, StateDirectory, log);

    /// <summary>
    /// Returns the stores of the configured networks, the stores with owner records, and the directories in <paramref
    /// name="dataDirectory"/>, sorted by directory.
    /// </summary>
    public static IReadOnlyList<AddressStore> FindAll(string confDirectory, string dataDirectory, string stateDirectory)
    {
        var stores = new SortedDictionary<string, AddressStore>(StringComparer.Ordinal);
        foreach (var (_, network) in NetworkFile.ReadAll(confDirectory))
        {
            if (network.StoreDirectory is not null)
            {
                Add(new AddressStore(network.Name, Path.GetFullPath(network.StoreDirectory), network.StateDirectory)
                {
                    Configured = network,
                });
            }
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

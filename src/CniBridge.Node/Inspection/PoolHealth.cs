using CniBridge.Linux;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Node.Inspection;

/// <summary>The use of one range set of a network.</summary>
/// <param name="Leaked">The number of reservations whose containers no longer exist.</param>
public sealed record PoolHealth(string Network, PoolUse Use, int Leaked)
{
    internal static IEnumerable<PoolHealth> Create(NetworkFile file)
    {
        var network = file.Network;
        if (network.StoreDirectory is null)
            return [];
        var reservations = TryRead(network.StoreDirectory, network.StateDirectory);
        var uses = network.CountUse(reservations);
        var leaks = network.CountUse([.. reservations.Where(one => one.IsLeftOver)]);
        return uses.Zip(leaks, (use, leak) => new PoolHealth(network.Name, use, leak.Used));
    }

    static IReadOnlyList<ReservationState> TryRead(string store, string stateDirectory)
    {
        try
        {
            return new ReservationSurvey(store, stateDirectory).List();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return [];
        }
    }
}

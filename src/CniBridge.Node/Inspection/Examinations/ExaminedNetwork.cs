using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Node.Inspection.Examinations;

/// <summary>A configured bridge network together with its links on the node.</summary>
/// <param name="file">The path of the configuration.</param>
/// <param name="bridge">The link with the bridge's name, of any kind; null if there is none yet.</param>
/// <param name="gateway">The link with the gateway addresses; null if there is none yet.</param>
sealed class ExaminedNetwork(string file, ConfiguredNetwork configured, Link? bridge, Link? gateway)
{
    internal string File => file;

    internal ConfiguredNetwork Configured => configured;

    internal Link? Bridge => bridge;

    internal Link? Gateway => gateway;

    IReadOnlyList<ReservationState>? _reservations;

    internal string Name => Configured.Name;

    /// <summary>The reservations of the network; empty if another plugin manages the addresses.</summary>
    /// <exception cref="IOException">The reservations cannot be read.</exception>
    internal IReadOnlyList<ReservationState> Reservations => _reservations ??= Configured.StoreDirectory is { } store
        ? new ReservationSurvey(store, Configured.StateDirectory).List()
        : [];

    /// <summary>Tells whether a pod has the address. An address whose use is unknown counts as used.</summary>
    internal static bool IsUsed(ReservationState reservation) =>
        reservation.IsConfigured != false || reservation.Life.State == LivenessState.Alive;

    internal bool ServesV6
    {
        get
        {
            foreach (var subnet in Configured.Subnets)
            {
                if (subnet.Address.IsV6)
                    return true;
            }
            return false;
        }
    }

    internal bool ServesV4
    {
        get
        {
            foreach (var subnet in Configured.Subnets)
            {
                if (subnet.Address.IsV4)
                    return true;
            }
            return false;
        }
    }
}

using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Node.Inspection;

/// <summary>A network of the configuration directory beside what there is of it on the node.</summary>
/// <param name="file">Path of its configuration.</param>
/// <param name="bridge">The link of the bridge's name, whatever it is; null: there is none yet.</param>
/// <param name="gateway">The link that carries gateway addresses; null: there is none yet.</param>
sealed class ExaminedNetwork(string file, ConfiguredNetwork configured, Link? bridge, Link? gateway)
{
    internal string File => file;

    internal ConfiguredNetwork Configured => configured;

    internal Link? Bridge => bridge;

    internal Link? Gateway => gateway;

    IReadOnlyList<ReservationState>? _reservations;

    internal string Name => Configured.Name;

    /// <summary>Empty where another plugin manages the addresses.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    internal IReadOnlyList<ReservationState> Reservations => _reservations ??= Configured.StoreDirectory is { } store
        ? new ReservationSurvey(store, Configured.StateDirectory).List()
        : [];

    /// <summary>Does a pod have the address, as far as one can see?</summary>
    internal static bool IsUsed(ReservationState reservation) =>
        reservation.IsConfigured != false || reservation.Life.State == LifeState.Alive;

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

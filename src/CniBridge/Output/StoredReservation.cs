using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Output;

/// <summary>A reservation and the store that holds it.</summary>
sealed record StoredReservation(AddressStore Store, ReservationState State);

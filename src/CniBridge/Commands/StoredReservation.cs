using CniBridge.Node.Inspection;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Commands;

/// <summary>A reservation and the store that holds it.</summary>
sealed record StoredReservation(AddressStore Store, ReservationState State);

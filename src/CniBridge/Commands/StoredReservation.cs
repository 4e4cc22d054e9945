using CniBridge.Node.Inspection;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Commands;

/// <summary>A reservation and where it is.</summary>
sealed record StoredReservation(AddressStore Store, ReservationState State);

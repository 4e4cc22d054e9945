namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>Whose an address is: a container's interface, in the network that the store is for.</summary>
sealed record ReservationOwner(string ContainerId, string InterfaceName);

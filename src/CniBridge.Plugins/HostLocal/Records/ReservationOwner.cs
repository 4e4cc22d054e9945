namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>The owner of an address: an interface of a container, in the network of the store.</summary>
sealed record ReservationOwner(string ContainerId, string InterfaceName);

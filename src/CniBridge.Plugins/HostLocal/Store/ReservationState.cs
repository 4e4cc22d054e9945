using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>A reservation, and the state of its attachment.</summary>
/// <param name="ContainerId">Empty if the file does not name an owner, as after a crash of the Go plugin.</param>
/// <param name="InterfaceName">Empty in files of the oldest Go versions.</param>
/// <param name="Origin">Null: another plugin made the reservation.</param>
/// <param name="ReservedAt">The time at which the file was written.</param>
/// <param name="IsConfigured">True if any namespace of the node has the address; null if not all could be read.</param>
public sealed record ReservationState(
    IpAddress Address, string ContainerId, string InterfaceName, AttachmentOrigin? Origin, DateTimeOffset? ReservedAt,
    LivenessResult Life, bool? IsConfigured)
{
    /// <summary>True if the attachment is proven dead and no namespace has the address. An ADD with a full range releases it.</summary>
    public bool IsLeaked => IsConfigured == false && Life.State == LivenessState.Dead;

    /// <summary>True if the reservation is leaked, or its file is empty.</summary>
    public bool IsLeftOver => IsLeaked || Life == LivenessResult.Empty;
}

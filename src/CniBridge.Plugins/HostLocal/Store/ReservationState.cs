using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>A reservation, and what is known of the attachment that it was made for.</summary>
/// <param name="ContainerId">Empty where the file names no owner: what a crash of the Go plugin leaves, or no reservation at all.</param>
/// <param name="InterfaceName">Empty in files of the oldest Go versions.</param>
/// <param name="Origin">Null: another plugin made it.</param>
/// <param name="ReservedAt">When the file was written.</param>
/// <param name="IsConfigured">Does any living namespace have the address? Null: not all could be looked into.</param>
public sealed record ReservationState(
    IpAddress Address, string ContainerId, string InterfaceName, AttachmentOrigin? Origin, DateTimeOffset? ReservedAt,
    LivenessResult Life, bool? IsConfigured)
{
    /// <summary>Proven to be nobody's: what a full range makes ADD take back.</summary>
    public bool IsLeaked => IsConfigured == false && Life.State == Liveness.Liveness.Dead;

    /// <summary>Leaked, or a file that names nobody.</summary>
    public bool IsLeftOver => IsLeaked || Life == LivenessResult.Empty;
}

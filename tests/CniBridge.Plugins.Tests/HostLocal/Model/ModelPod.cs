using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The state of our records of an attachment.</summary>
enum Knowledge
{
    Recorded,

    /// <summary>A disturbance affected a call or the record.</summary>
    Perhaps,

    /// <summary>No record exists: the Go plugin made the attachment, or the records were deleted.</summary>
    Nothing,
}

/// <summary>An attachment that, in the model, no DEL and no GC has ended.</summary>
sealed class ModelPod(ReservationOwner owner)
{
    internal ReservationOwner Owner => owner;

    internal Attachment Attachment => new("pods", owner.ContainerId, owner.InterfaceName);

    /// <summary>The namespaces of its ADDs by path and cookie: the last successful one, and those that were killed later.</summary>
    internal List<(string Path, ulong Cookie)> Origins { get; init; } = [];

    internal Knowledge Known { get; set; }

    /// <summary>The addresses of its interface. Empty if ADD did not configure it, or if its namespace has ended.</summary>
    internal IReadOnlyList<IpAddress> Addresses { get; set; } = [];

    /// <summary>The addresses of its interface at its end.</summary>
    internal IReadOnlyList<IpAddress> Last { get; set; } = [];

    /// <summary>True if the namespace has no path, although its processes run.</summary>
    internal bool IsHidden { get; set; }

    internal bool IsUp => Addresses.Count > 0;

    public override string ToString() => $"{owner.ContainerId} {owner.InterfaceName}";
}

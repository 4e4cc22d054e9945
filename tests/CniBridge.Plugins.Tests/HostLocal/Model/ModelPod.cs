using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>What our records tell of an attachment.</summary>
enum Knowledge
{
    Recorded,

    /// <summary>A call was disturbed, or the record itself.</summary>
    Perhaps,

    /// <summary>The Go plugin made it, or the records were deleted.</summary>
    Nothing,
}

/// <summary>An attachment that no DEL and no GC has ended yet, as the model knows it.</summary>
sealed class ModelPod(ReservationOwner owner)
{
    internal ReservationOwner Owner => owner;

    internal Attachment Attachment => new("pods", owner.ContainerId, owner.InterfaceName);

    /// <summary>The namespaces of its ADDs, by path and cookie: the last that came through, and those that were killed since.</summary>
    internal List<(string Path, ulong Cookie)> Origins { get; init; } = [];

    internal Knowledge Known { get; set; }

    /// <summary>What its interface has; empty when ADD did not come so far, or its namespace has ended.</summary>
    internal IReadOnlyList<IpAddress> Addresses { get; set; } = [];

    /// <summary>What it had when it ended.</summary>
    internal IReadOnlyList<IpAddress> Last { get; set; } = [];

    /// <summary>No path leads to its namespace any more, but its processes live.</summary>
    internal bool IsHidden { get; set; }

    internal bool IsUp => Addresses.Count > 0;

    public override string ToString() => $"{owner.ContainerId} {owner.InterfaceName}";
}

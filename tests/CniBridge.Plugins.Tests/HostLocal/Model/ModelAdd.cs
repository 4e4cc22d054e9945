using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>A random ADD.</summary>
/// <param name="Origin">The namespace by path and cookie.</param>
/// <param name="IsBridge">True if the plugin creates a link on the node. It may delete the leftover of an earlier attachment.</param>
/// <param name="IsUndone">True if a step after the addresses fails.</param>
/// <param name="Wanted">The requested address, or null.</param>
sealed record ModelAdd(ReservationOwner Owner, (string Path, ulong Cookie) Origin, bool IsBridge, bool IsUndone, IpAddress? Wanted)
{
    public override string ToString() => $"{Owner.ContainerId} {Owner.InterfaceName} in {Origin.Path}" +
        $"{(IsBridge ? " by bridge" : "")}{(Wanted is null ? "" : $" wants {Wanted}")}{(IsUndone ? " undone" : "")}";
}

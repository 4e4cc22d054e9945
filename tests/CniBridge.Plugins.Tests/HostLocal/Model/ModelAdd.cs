using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>A random ADD.</summary>
/// <param name="Origin">Its namespace, by path and cookie.</param>
/// <param name="IsBridge">Who makes a link on the node may delete what is left of an earlier one.</param>
/// <param name="IsUndone">Something that comes after the addresses fails.</param>
/// <param name="Wanted">The address that is asked for, or null.</param>
sealed record ModelAdd(ReservationOwner Owner, (string Path, ulong Cookie) Origin, bool IsBridge, bool IsUndone, IpAddress? Wanted)
{
    public override string ToString() => $"{Owner.ContainerId} {Owner.InterfaceName} in {Origin.Path}" +
        $"{(IsBridge ? " by bridge" : "")}{(Wanted is null ? "" : $" wants {Wanted}")}{(IsUndone ? " undone" : "")}";
}

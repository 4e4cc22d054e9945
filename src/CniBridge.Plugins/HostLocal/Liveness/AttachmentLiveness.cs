using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>
/// The rules that decide whether the attachment of a reservation is alive. It is dead only if its record proves so: the node was booted
/// since, or its namespace is gone from its path. Age proves nothing, and without a record the result is unknown.
/// </summary>
/// <param name="network">The name of the network.</param>
sealed class AttachmentLiveness(string network, INodeView node)
{
    /// <summary>Judges the attachment of a reservation by its record, its host link and its namespace.</summary>
    /// <param name="reservedAt">The modification time of the reservation's file; a record with another time is of another file.</param>
    /// <param name="countsLink">False: ignore the host link, because the caller deletes it.</param>
    internal LivenessResult Judge(OwnerRecord? record, IpAddress address, DateTimeOffset? reservedAt, bool countsLink = true)
    {
        if (record?.Origin is not { } origin)
            return Unknown("there is no record of its attachment: another plugin made it");
        if (reservedAt is null || record.Find(address)?.MadeAt != reservedAt)
        {
            return Unknown(string.Create(CultureInfo.InvariantCulture,
                $"the record of its attachment does not match the file of {reservedAt:yyyy-MM-dd HH:mm:ss}: another plugin made it"));
        }
        if (countsLink && FindHostLink(record) is { } link)
            return new(LivenessState.Alive, $"its host veth {link} exists, for the namespace {origin.Netns}");
        var result = JudgeNamespace(origin);
        return result.State == LivenessState.Alive && !IsCookieKnown(origin) && !HasAddress(record, origin, address)
            ? Unknown($"the namespace at {origin.Netns} has the recorded inode number, which the kernel uses again, but not the address")
            : result;
    }

    /// <summary>Judges an attachment by its boot and namespace only.</summary>
    internal LivenessResult JudgeNamespace(AttachmentOrigin origin)
    {
        if (IsOfAnotherBoot(origin))
            return Dead("it was made before the node was booted");
        if (origin.NetnsId.Length == 0)
            return Unknown($"the identity of its namespace is not recorded: {origin.Netns}");
        if (node.IdentityOf(origin.Netns) is not { } identity)
            return Dead($"its namespace is gone from {origin.Netns}");
        return IsSame(origin, identity)
            ? new(LivenessState.Alive, $"its namespace is at {origin.Netns}")
            : Dead($"another namespace is at {origin.Netns} now");
    }

    /// <summary>Compares inode and cookie: the kernel reuses the inode number of a deleted namespace.</summary>
    bool IsSame(AttachmentOrigin origin, string identity) => identity == origin.NetnsId &&
        (origin.NetnsCookie == NamespaceCookie.Unknown || NamespaceCookie.MayBeSame(origin.NetnsCookie, node.CookieOf(origin.Netns)));

    /// <summary>
    /// Returns whether the cookie identifies the namespace. Only without it is the address inside required: pods may use an address
    /// that the kernel does not show, such as that of a device in user space.
    /// </summary>
    bool IsCookieKnown(AttachmentOrigin origin) =>
        origin.NetnsCookie != NamespaceCookie.Unknown && node.CookieOf(origin.Netns) != NamespaceCookie.Unknown;

    bool HasAddress(OwnerRecord record, AttachmentOrigin origin, IpAddress address) =>
        node.HasAddress(origin.Netns, record.Owner.InterfaceName, address);

    /// <summary>Returns whether a living pod certainly uses the address, even without a reservation.</summary>
    internal bool IsInUse(OwnerRecord record, IpAddress address)
    {
        if (record.Origin is not { } origin || IsOfAnotherBoot(origin))
            return false;
        // The Go plugin's DEL releases the address before the namespace is deleted, so only the interface inside is a proof.
        return FindHostLink(record) is not null ||
            (origin.NetnsId.Length > 0 && node.IdentityOf(origin.Netns) is { } identity && IsSame(origin, identity) &&
                HasAddress(record, origin, address));
    }

    internal string? FindHostLink(OwnerRecord record) =>
        node.FindHostLink(new Attachment(network, record.Owner.ContainerId, record.Owner.InterfaceName));

    bool IsOfAnotherBoot(AttachmentOrigin origin) =>
        origin.BootId.Length > 0 && node.BootId.Length > 0 && origin.BootId != node.BootId;

    static LivenessResult Dead(string how) => new(LivenessState.Dead, how);

    static LivenessResult Unknown(string how) => new(LivenessState.Unknown, how);
}

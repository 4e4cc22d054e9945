using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>
/// Tells whether the attachment of a reservation lives. Dead is only what is proven so, by its record: made in another boot, or
/// its namespace is no longer where it was. Age proves nothing, and where there is no record nothing does.
/// </summary>
/// <param name="network">The network's name.</param>
sealed class AttachmentLiveness(string network, INodeView node)
{
    /// <param name="reservedAt">The modification time of the reservation's file. The record has the same when its attachment made the file.</param>
    /// <param name="countsLink">Is a link on the node a sign of life? Not to whoever deletes it.</param>
    internal LivenessResult Judge(OwnerRecord? record, IpAddress address, DateTimeOffset? reservedAt, bool countsLink = true)
    {
        if (record?.Origin is not { } origin)
            return Unknown("nothing is recorded of its attachment: another plugin made it");
        if (reservedAt is null || record.Find(address)?.MadeAt != reservedAt)
        {
            return Unknown(string.Create(CultureInfo.InvariantCulture,
                $"the record of its attachment is not of the file of {reservedAt:yyyy-MM-dd HH:mm:ss}: another plugin made it"));
        }
        if (countsLink && FindHostLink(record) is { } link)
            return new(Liveness.Alive, $"its link {link} is on the node, for the namespace {origin.Netns}");
        return JudgeNamespace(origin);
    }

    /// <summary>The same by its namespace alone.</summary>
    internal LivenessResult JudgeNamespace(AttachmentOrigin origin)
    {
        if (IsOfAnotherBoot(origin))
            return Dead("it was made before the node was booted");
        if (origin.NetnsId.Length == 0)
            return Unknown($"nothing is known of its namespace {origin.Netns}");
        if (node.IdentityOf(origin.Netns) is not { } identity)
            return Dead($"its namespace is gone from {origin.Netns}");
        return IsSame(origin, identity)
            ? new(Liveness.Alive, $"its namespace is at {origin.Netns}")
            : Dead($"another namespace is at {origin.Netns} now");
    }

    /// <summary>The kernel gives the inode number of a namespace that is gone to a new one; only the cookie tells them apart.</summary>
    bool IsSame(AttachmentOrigin origin, string identity) => identity == origin.NetnsId &&
        (origin.NetnsCookie == NamespaceCookie.Unknown || NamespaceCookie.MayBeSame(origin.NetnsCookie, node.CookieOf(origin.Netns)));

    /// <summary>Is it certain that a living pod uses the address, though no reservation says so?</summary>
    internal bool IsInUse(OwnerRecord record, IpAddress address)
    {
        if (record.Origin is not { } origin || IsOfAnotherBoot(origin))
            return false;
        // The Go plugin's DEL releases before it deletes: a namespace that is there proves nothing, what is inside does.
        return FindHostLink(record) is not null ||
            (origin.NetnsId.Length > 0 && node.IdentityOf(origin.Netns) is { } identity && IsSame(origin, identity) &&
                node.HasAddress(origin.Netns, record.Owner.InterfaceName, address));
    }

    internal string? FindHostLink(OwnerRecord record) =>
        node.FindHostLink(new Attachment(network, record.Owner.ContainerId, record.Owner.InterfaceName));

    bool IsOfAnotherBoot(AttachmentOrigin origin) =>
        origin.BootId.Length > 0 && node.BootId.Length > 0 && origin.BootId != node.BootId;

    static LivenessResult Dead(string how) => new(Liveness.Dead, how);

    static LivenessResult Unknown(string how) => new(Liveness.Unknown, how);
}

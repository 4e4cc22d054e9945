using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Inspection;

/// <summary>A network namespace of a pod.</summary>
/// <param name="Path">A mount point of the namespace, or the namespace file of one of its processes.</param>
/// <param name="Identity">Device and inode; see <see cref="CniBridge.Linux.Files.SmallFile.IdentityOf"/>.</param>
public sealed record PodNamespace(string Path, string Identity)
{
    /// <summary>See <see cref="NamespaceCookie"/>.</summary>
    public ulong Cookie { get; init; }

    /// <summary>Returns whether it is the namespace of an attachment.</summary>
    public bool IsOf(AttachmentOrigin origin) => origin.NetnsId == Identity && NamespaceCookie.MayBeSame(origin.NetnsCookie, Cookie);
}

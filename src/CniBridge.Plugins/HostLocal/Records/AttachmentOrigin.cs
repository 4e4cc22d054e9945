using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>The time and the namespace of an ADD, which can prove later that the attachment is gone.</summary>
/// <param name="BootId">See <see cref="CniBridge.Linux.Files.BootId"/>.</param>
/// <param name="Netns">The absolute path of the namespace.</param>
/// <param name="NetnsId">Device and inode of the namespace, or empty; see <see cref="SmallFile.IdentityOf"/>.</param>
/// <param name="Since">The time of ADD in whole seconds.</param>
public sealed record AttachmentOrigin(string BootId, string Netns, string NetnsId, DateTimeOffset Since)
{
    /// <summary>See <see cref="NamespaceCookie"/>; <see cref="NamespaceCookie.Unknown"/> also in records of earlier versions.</summary>
    public ulong NetnsCookie { get; init; }

    /// <summary>NAMESPACE/NAME of the Kubernetes pod, for display only; empty if unknown.</summary>
    public string Pod { get; init; } = "";
}

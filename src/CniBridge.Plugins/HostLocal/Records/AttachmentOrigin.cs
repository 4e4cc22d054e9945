using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>When and for which namespace an attachment was made: what can prove later that it is gone.</summary>
/// <param name="BootId">See <see cref="CniBridge.Linux.Files.BootId"/>.</param>
/// <param name="Netns">The absolute path of the namespace.</param>
/// <param name="NetnsId">What lay at that path, or empty; see <see cref="SmallFile.IdentityOf"/>.</param>
/// <param name="Since">Whole seconds.</param>
public sealed record AttachmentOrigin(string BootId, string Netns, string NetnsId, DateTimeOffset Since)
{
    /// <summary>See <see cref="NamespaceCookie"/>; <see cref="NamespaceCookie.Unknown"/> in records of earlier versions, too.</summary>
    public ulong NetnsCookie { get; init; }

    /// <summary>NAMESPACE/NAME of the Kubernetes pod that it is for, or empty: only to be shown.</summary>
    public string Pod { get; init; } = "";
}

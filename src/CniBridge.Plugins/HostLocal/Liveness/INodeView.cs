using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>The state of the node that proves whether attachments are alive; tests have a second implementation.</summary>
interface INodeView
{
    /// <summary>See <see cref="CniBridge.Linux.Files.BootId"/>.</summary>
    string BootId { get; }

    /// <summary>See <see cref="SmallFile.IdentityOf"/>.</summary>
    string? IdentityOf(string path);

    /// <summary>See <see cref="NamespaceCookie.Of(string)"/>.</summary>
    ulong CookieOf(string path);

    /// <summary>Returns the name of the attachment's host link, or null.</summary>
    string? FindHostLink(Attachment attachment);

    /// <summary>Returns whether the interface in the namespace at a path has the address. Returns false if there is no namespace.</summary>
    bool HasAddress(string netns, string interfaceName, IpAddress address);

    /// <summary>Returns those of the addresses that any network namespace of the node has; costs milliseconds.</summary>
    /// <param name="counts">Returns whether an address in a namespace counts.</param>
    /// <exception cref="IOException">This process may not enter other namespaces, or lacks descriptors or memory.</exception>
    HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses, Func<OccupiedNamespace, IpAddress, bool> counts);
}

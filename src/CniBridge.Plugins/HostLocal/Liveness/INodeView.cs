using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>What the node itself tells about attachments and addresses, whatever records say; the second implementation is the tests'.</summary>
interface INodeView
{
    /// <summary>See <see cref="CniBridge.Linux.Files.BootId"/>.</summary>
    string BootId { get; }

    /// <summary>See <see cref="SmallFile.IdentityOf"/>.</summary>
    string? IdentityOf(string path);

    /// <summary>See <see cref="NamespaceCookie.Of(string)"/>.</summary>
    ulong CookieOf(string path);

    /// <summary>The name of the attachment's link on the node, or null.</summary>
    string? FindHostLink(Attachment attachment);

    /// <summary>Has the interface inside the namespace at a path the address? False where there is no namespace.</summary>
    bool HasAddress(string netns, string interfaceName, IpAddress address);

    /// <summary>Returns those of some addresses that any living network namespace has; costs milliseconds.</summary>
    /// <param name="counts">Returns whether an address in a namespace counts.</param>
    /// <exception cref="IOException">This process may not enter other namespaces, or lacks descriptors or memory.</exception>
    HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses, Func<OccupiedNamespace, IpAddress, bool> counts);
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary><see cref="INodeView"/> on the kernel. It opens what it needs when it is asked: an ordinary ADD asks nothing.</summary>
sealed class NodeView : INodeView
{
    public string BootId => CniBridge.Linux.Files.BootId.Current;

    public string? IdentityOf(string path) => SmallFile.IdentityOf(path);

    public ulong CookieOf(string path) => NamespaceCookie.Of(path);

    public string? FindHostLink(Attachment attachment)
    {
        using var socket = new RouteSocket();
        foreach (var name in HostLink.NamesOf(attachment))
        {
            // By its alias, for the name may be another's; without one, a killed ADD made it.
            if (socket.TryGetIndex(name) is not null && socket.TryGetLink(name) is { } link && HostLink.IsOf(link, attachment))
                return name;
        }
        return null;
    }

    public bool HasAddress(string netns, string interfaceName, IpAddress address)
    {
        using var pod = NetworkNamespace.TryOpen(netns);
        return pod?.Run(() =>
        {
            using var socket = new RouteSocket(isForeign: true);
            return socket.TryGetIndex(interfaceName) is { } index &&
                socket.ListAddresses(index, found => found.Cidr.Address == address, limit: 1).Count > 0;
        }) == true;
    }

    public HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses)
    {
        var living = new HashSet<IpAddress>();
        using var own = NetworkNamespace.Open("/proc/thread-self/ns/net");
        LivingNamespaces.Visit(one =>
        {
            TryFind(one, own, addresses, living);
            return living.Count < addresses.Count;
        });
        return living;
    }

    /// <summary>What a namespace holds must not hide the others, for any user may make one. But whoever is not root cannot enter them.</summary>
    static void TryFind(NetworkNamespace place, NetworkNamespace own, IReadOnlySet<IpAddress> addresses, HashSet<IpAddress> living)
    {
        try
        {
            foreach (var found in place.Run(() => Find(place, own, addresses)))
                living.Add(found.Cidr.Address);
        }
        catch (Exception e) when (e.IsIoFailure() && e is not KernelException { Errno: Errno.EPERM } and not KernelException { IsForLackOfResources: true })
        {
        }
    }

    /// <summary>
    /// Returns the addresses of a namespace. Any user can make a namespace with any addresses, which must not keep others from being taken
    /// back: there, only a link whose other end is in this namespace counts.
    /// </summary>
    static List<LinkAddress> Find(NetworkNamespace place, NetworkNamespace own, IReadOnlySet<IpAddress> addresses)
    {
        using var socket = new RouteSocket(isForeign: true);
        var found = socket.ListAddresses(isWanted: address => addresses.Contains(address.Cidr.Address), limit: addresses.Count);
        if (found.Count > 0 && place.IsOfOtherUsers())
        {
            var number = socket.GetNamespaceId(own);
            found.RemoveAll(address => number == Link.NoNamespace || socket.TryGetLink(address.Index)?.PeerNamespace != number);
        }
        return found;
    }
}

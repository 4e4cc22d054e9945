using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>The state of the node as the kernel reports it. Sockets are opened on demand, because an ordinary ADD needs none.</summary>
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
            // The alias decides, because another link may have the name. Only a killed ADD leaves a link without an alias.
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

    public HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses, Func<OccupiedNamespace, IpAddress, bool> counts)
    {
        var living = new HashSet<IpAddress>();
        using var own = NetworkNamespace.Open("/proc/thread-self/ns/net");
        using var socket = new RouteSocket();
        List<Link>? ports = null;
        LivingNamespaces.Visit(one =>
        {
            var found = TryFind(one, own, addresses);
            if (found.Count > 0)
            {
                ports ??= socket.ListLinks("veth").FindAll(HostLink.IsAlias);
                var place = Describe(one, socket, ports);
                living.UnionWith(found.Where(address => counts(place, address)));
            }
            return living.Count < addresses.Count;
        });
        return living;
    }

    /// <param name="ports">The host veths of attachments.</param>
    static OccupiedNamespace Describe(NetworkNamespace place, RouteSocket socket, List<Link> ports)
    {
        var number = socket.GetNamespaceId(place);
        return new OccupiedNamespace(
            NamespaceCookie.Of(place),
            number == Link.NoNamespace ? [] : ports.FindAll(port => port.PeerNamespace == number).ConvertAll(port => port.Alias));
    }

    /// <summary>
    /// Returns those of some addresses that a namespace has. Returns none if the look-up fails, because any user can make a namespace.
    /// A process without root privileges cannot enter one, which is an error.
    /// </summary>
    static HashSet<IpAddress> TryFind(NetworkNamespace place, NetworkNamespace own, IReadOnlySet<IpAddress> addresses)
    {
        try
        {
            return place.Run(() => Find(place, own, addresses)).Select(found => found.Cidr.Address).ToHashSet();
        }
        catch (Exception e) when (e.IsIoFailure() &&
            e is not KernelException { Errno: Errno.EPERM } and not KernelException { IsForLackOfResources: true })
        {
            return [];
        }
    }

    /// <summary>
    /// Returns the addresses of a namespace. Any user can create a namespace with any addresses, which must not block reclaiming. There,
    /// only a link whose other end is in this namespace counts.
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

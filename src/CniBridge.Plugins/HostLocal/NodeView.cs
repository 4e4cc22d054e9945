using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;

namespace CniBridge.Plugins.HostLocal;

/// <summary><see cref="INodeView"/> on the kernel. It opens what it needs when it is asked: an ordinary ADD asks nothing.</summary>
sealed class NodeView : INodeView
{
    public string BootId => Linux.BootId.Current;

    public string? IdentityOf(string path) => SmallFile.IdentityOf(path);

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
            using var socket = new RouteSocket();
            return socket.TryGetIndex(interfaceName) is { } index &&
                socket.ListAddresses(index).Exists(found => found.Cidr.Address == address);
        }) == true;
    }

    public HashSet<IpAddress> ListLivingAddresses()
    {
        var addresses = new HashSet<IpAddress>();
        var namespaces = LivingNamespaces.OpenAll();
        try
        {
            foreach (var one in namespaces)
            {
                foreach (var found in one.Run(ListAddresses))
                    addresses.Add(found.Cidr.Address);
            }
        }
        finally
        {
            foreach (var one in namespaces)
                one.Dispose();
        }
        return addresses;
    }

    static List<LinkAddress> ListAddresses()
    {
        using var socket = new RouteSocket();
        return socket.ListAddresses();
    }
}

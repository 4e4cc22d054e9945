using System.Runtime.InteropServices;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// What we ask of a network namespace's links, addresses and routes, as verbs. Belongs to the namespace that the calling
/// thread is in when it is made.
/// </summary>
public sealed unsafe class RouteSocket : IDisposable
{
    readonly NetlinkSocket _socket = new();

    /// <summary>Sends changes at once; see <see cref="NetlinkSocket.Execute"/>.</summary>
    public void Execute(params ReadOnlySpan<INetlinkMessage> messages) => _socket.Execute(messages);

    /// <summary>Sends changes at once; see <see cref="NetlinkSocket.TryExecute"/>.</summary>
    public KernelException?[] TryExecute(ReadOnlySpan<INetlinkMessage> messages) => _socket.TryExecute(messages);

    /// <summary>
    /// The link of exactly this name, or null. (The kernel would also answer with a link that has it as another name.)
    /// </summary>
    public Link? TryGetLink(string name)
    {
        try
        {
            var link = _socket.Get(new GetLink(name), Link.Decode);
            return link.Name == name ? link : null;
        }
        catch (KernelException e) when (e.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    /// <summary>The link with an index, or null.</summary>
    public Link? TryGetLink(int index)
    {
        try
        {
            return _socket.Get(new GetLink(null, index), Link.Decode);
        }
        catch (KernelException e) when (e.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    public List<Link> ListLinks(string kind)
    {
        var links = _socket.Dump(new ListLinks(kind), Link.Decode);
        links.RemoveAll(link => link.Kind != kind);
        return links;
    }

    /// <summary>The ports of a bridge.</summary>
    public List<Link> ListPorts(int bridge)
    {
        var links = _socket.Dump(new ListPorts(bridge), Link.Decode);
        links.RemoveAll(link => link.Master != bridge);
        return links;
    }

    /// <summary>The VLANs of a bridge's port, in ascending order.</summary>
    public List<PortVlan> ListPortVlans(int index) =>
        [.. _socket.Dump(new ListPortVlans(index), PortVlan.Decode).SelectMany(vlans => vlans)];

    /// <summary>The number that <see cref="Link.PeerNamespace"/> tells of links to a namespace, or <see cref="Link.NoNamespace"/>.</summary>
    public int GetNamespaceId(NetworkNamespace other) => (int)_socket.Get(new GetNamespaceId(other.Descriptor), Route.GetNamespaceId.Decode);

    /// <summary>The link's index, or null: an ioctl that takes no lock, twenty times cheaper than a look-up by netlink.</summary>
    public int? TryGetIndex(string name)
    {
        var request = RequestFor(name);
        if (LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFINDEX, &request) == 0)
            return request.ifr_ifindex;
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENODEV ? null : throw new KernelException($"look up the link {name}", errno);
    }

    /// <summary>The link's name, or null; as cheap as <see cref="TryGetIndex"/>.</summary>
    public string? TryGetName(int index)
    {
        var request = new ifreq { ifr_ifindex = index };
        if (LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFNAME, &request) == 0)
            return Marshal.PtrToStringUTF8((nint)request.ifr_name);
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENODEV ? null : throw new KernelException("look up the name of a link", errno);
    }

    /// <exception cref="KernelException">ENODEV: there is no such link.</exception>
    public int GetIndex(string name) => TryGetIndex(name) ?? throw new KernelException($"look up the link {name}", Errno.ENODEV);

    /// <summary>The link's MAC, without a lock; see <see cref="TryGetIndex"/>.</summary>
    public MacAddress GetMac(string name)
    {
        var request = RequestFor(name);
        KernelException.ThrowIfFailed(
            LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFHWADDR, &request), $"read the MAC of the link {name}");
        return MacAddress.FromBytes(new ReadOnlySpan<byte>(request.ifr_hwaddr_sa_data, 6));
    }

    /// <summary>Creates a bridge and brings it up; false when a link of that name is there already.</summary>
    public bool TryCreateBridge(CreateBridge bridge)
    {
        try
        {
            _socket.Execute(bridge);
            return true;
        }
        catch (KernelException e) when (e.Errno == Errno.EEXIST)
        {
            return false;
        }
    }

    /// <summary>See <see cref="Route.CreateVeth"/>; false when one of the two names is taken.</summary>
    /// <param name="podNamespace">Null: both ends stay here.</param>
    public bool TryCreateVeth(VethEnd host, VethEnd pod, NetworkNamespace? podNamespace, int master, int mtu)
    {
        try
        {
            _socket.Execute(new CreateVeth(host, pod, podNamespace?.Descriptor, master, mtu));
            return true;
        }
        catch (KernelException e) when (e.Errno == Errno.EEXIST)
        {
            return false;
        }
    }

    /// <summary>Deletes a link; gone already is as good.</summary>
    public void DeleteLink(int index, string name) => _socket.Execute(new DeleteLink(index, name));

    public List<LinkAddress> ListAddresses(int index)
    {
        var addresses = _socket.Dump(new ListAddresses(index), LinkAddress.Decode);
        addresses.RemoveAll(address => address.Index != index);
        return addresses;
    }

    /// <summary>The addresses of all links.</summary>
    public List<LinkAddress> ListAddresses() => _socket.Dump(new ListAddresses(0), LinkAddress.Decode);

    /// <summary>Adds an address; there already is as good, for somebody else may add it at the same time.</summary>
    public void EnsureAddress(int index, Cidr cidr, bool skipsDad) =>
        _socket.Execute(AddressMessage.Add(index, cidr, skipsDad) with { Tolerated = Errno.EEXIST });

    /// <summary>Deletes an address; gone already is as good.</summary>
    public void DeleteAddress(int index, Cidr cidr) =>
        _socket.Execute(AddressMessage.Delete(index, cidr) with { Tolerated = Errno.EADDRNOTAVAIL });

    /// <summary>Routes of the main table, of any link.</summary>
    public List<RouteEntry> ListRoutes(bool isV6)
    {
        try
        {
            var routes = _socket.Dump(new ListRoutes(isV6), RouteEntry.Decode);
            routes.RemoveAll(route => route.Table != RT_TABLE_MAIN);
            return routes;
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            // Strict kernels say so of a table that nothing was ever put into.
            return [];
        }
    }

    /// <summary>Index of the link by which an address would be reached, or null when it cannot be reached.</summary>
    public int? FindLinkTowards(IpAddress destination) =>
        // IPv6 answers with a route to nowhere where there is none.
        TryGetRoute(destination) is { IsUnicast: true, Links: [var index, ..] } ? index : null;

    /// <summary>The route that a packet to an address would take, or null.</summary>
    public RouteEntry? TryGetRoute(IpAddress destination)
    {
        try
        {
            return _socket.Get(new GetRoute(destination), RouteEntry.Decode);
        }
        catch (KernelException e) when (e.Errno is Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EACCES or Errno.EINVAL)
        {
            // No route, or one of type unreachable, prohibit or blackhole.
            return null;
        }
    }

    /// <summary>What the node knows of a neighbour on a link, or null: nobody asked for it lately.</summary>
    public NeighbourEntry? TryGetNeighbour(int index, IpAddress address) =>
        _socket.TryGet(new GetNeighbour(index, address), NeighbourEntry.Decode);

    /// <summary>By which port a bridge sends to a MAC, or null: it has not heard of it lately.</summary>
    /// <param name="vlan">0 for a bridge that does not tell VLANs apart.</param>
    public NeighbourEntry? TryGetForwarding(int bridge, MacAddress mac, int vlan) =>
        _socket.TryGet(new GetForwarding(bridge, mac, vlan), NeighbourEntry.Decode);

    internal static byte FamilyOf(IpAddress address) => (byte)(address.IsV6 ? LibC.AF_INET6 : LibC.AF_INET);

    static ifreq RequestFor(string name)
    {
        var request = default(ifreq);
        // 15 bytes and a zero; longer names were refused where they came in.
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, 15));
        return request;
    }

    public void Dispose() => _socket.Dispose();
}

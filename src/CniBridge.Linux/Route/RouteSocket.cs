using System.Runtime.InteropServices;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// Requests for the links, addresses and routes of a network namespace: the one that the calling thread is in when the socket is
/// opened.
/// </summary>
public sealed unsafe class RouteSocket : IDisposable
{
    readonly NetlinkSocket _socket;

    /// <param name="isForeign">See <see cref="NetlinkSocket.IsForeign"/>.</param>
    public RouteSocket(bool isForeign = false) => _socket = new NetlinkSocket { IsForeign = isForeign };

    /// <summary>Sends all changes in one datagram; see <see cref="NetlinkSocket.Execute"/>.</summary>
    public void Execute(params ReadOnlySpan<INetlinkMessage> messages) => _socket.Execute(messages);

    /// <summary>Sends all changes in one datagram; see <see cref="NetlinkSocket.TryExecute"/>.</summary>
    public KernelException?[] TryExecute(ReadOnlySpan<INetlinkMessage> messages) => _socket.TryExecute(messages);

    /// <summary>
    /// Returns the link with exactly this name, or null. (The kernel also finds links by their alternative names.)
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

    /// <summary>Returns the link with an index, or null.</summary>
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

    /// <summary>Returns the ports of a bridge.</summary>
    public List<Link> ListPorts(int bridge)
    {
        var links = _socket.Dump(new ListPorts(bridge), Link.Decode);
        links.RemoveAll(link => link.Master != bridge);
        return links;
    }

    /// <summary>Returns the VLANs of a bridge port in ascending order.</summary>
    public List<PortVlan> ListPortVlans(int index)
    {
        try
        {
            return [.. _socket.Dump(new ListPortVlans(index), PortVlan.Decode).SelectMany(vlans => vlans)];
        }
        catch (KernelException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            // Linux before 5.6.
            return ListLinkVlans(index);
        }
    }

    /// <summary>Returns the same from a list of all ports.</summary>
    internal List<PortVlan> ListLinkVlans(int index) =>
        [.. _socket.Dump(new ListLinkVlans(), payload => LinkVlans.Decode(payload, index)).SelectMany(vlans => vlans)];

    /// <summary>
    /// Returns the ID that <see cref="Link.PeerNamespace"/> has for another namespace, or <see cref="Link.NoNamespace"/>.
    /// </summary>
    public int GetNamespaceId(NetworkNamespace other) =>
        (int)_socket.Get(new GetNamespaceId(other.Descriptor), Route.GetNamespaceId.Decode);

    /// <summary>Returns the link's index, or null. The ioctl takes no lock and costs a twentieth of a netlink request.</summary>
    public int? TryGetIndex(string name)
    {
        var request = RequestFor(name);
        if (LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFINDEX, &request) == 0)
            return request.ifr_ifindex;
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENODEV ? null : throw new KernelException($"look up the link {name}", errno);
    }

    /// <summary>Returns the link's name, or null; as cheap as <see cref="TryGetIndex"/>.</summary>
    public string? TryGetName(int index)
    {
        var request = new ifreq { ifr_ifindex = index };
        if (LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFNAME, &request) == 0)
            return Marshal.PtrToStringUTF8((nint)request.ifr_name);
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENODEV ? null : throw new KernelException("look up the name of a link", errno);
    }

    /// <exception cref="KernelException">ENODEV: no link has this name.</exception>
    public int GetIndex(string name) => TryGetIndex(name) ?? throw new KernelException($"look up the link {name}", Errno.ENODEV);

    /// <summary>Returns the link's MAC without taking a lock; see <see cref="TryGetIndex"/>.</summary>
    public MacAddress GetMac(string name)
    {
        var request = RequestFor(name);
        KernelException.ThrowIfFailed(
            LibC.ioctl(_socket.DescriptorNumber, LibC.SIOCGIFHWADDR, &request), $"read the MAC of the link {name}");
        return MacAddress.FromBytes(new ReadOnlySpan<byte>(request.ifr_hwaddr_sa_data, 6));
    }

    /// <summary>Creates a bridge and brings it up. Returns false if a link with this name exists.</summary>
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

    /// <summary>Creates a veth pair; see <see cref="Links.CreateVeth"/>. Returns false if one of the two names is taken.</summary>
    /// <param name="podNamespace">The namespace of the pod's end; null: both ends stay in this namespace.</param>
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

    /// <summary>Deletes a link. Succeeds if the link does not exist. A plugin call leaves the kernel's wait to a child.</summary>
    public void DeleteLink(int index, string name) => new LinkDeletion(_socket, new DeleteLink(index, name)).Run();

    /// <param name="index">Of the link; 0: of all links.</param>
    /// <param name="isWanted">Null: all. The others are dropped as they come: a pod may have a million.</param>
    /// <param name="limit">The number of addresses that are returned at most.</param>
    public List<LinkAddress> ListAddresses(int index = 0, Predicate<LinkAddress>? isWanted = null, int limit = int.MaxValue) =>
        _socket.Dump(new ListAddresses(index), payload =>
        {
            var address = LinkAddress.Decode(payload);
            return (index == 0 || address.Index == index) && isWanted?.Invoke(address) != false ? address : null;
        }, limit);

    /// <summary>Adds an address. Succeeds if the link has the address, because another process may add it at the same time.</summary>
    public void EnsureAddress(int index, Cidr cidr, bool skipsDad) =>
        _socket.Execute(AddressMessage.Add(index, cidr, skipsDad) with { Tolerated = Errno.EEXIST });

    /// <summary>
    /// Adds the IPv6 link-local address of a link that was just created, without duplicate address detection: only this link has its
    /// random MAC. The kernel derives the same address from the MAC when the link gets its carrier, and keeps it tentative for up to
    /// two seconds (addrconf_dad_start). Until then it asks for no neighbour on behalf of forwarded packets (ndisc_solicit). All other
    /// addresses of the link, and its settings, keep the detection. A refusal does not matter: IPv6 may be off.
    /// </summary>
    public void TryAddLinkLocal(int index, MacAddress mac) =>
        _ = TryExecute([AddressMessage.Add(index, mac.ToLinkLocal(), skipsDad: true)]);

    /// <summary>Deletes an address. Succeeds if the link does not have it.</summary>
    public void DeleteAddress(int index, Cidr cidr) =>
        _socket.Execute(AddressMessage.Delete(index, cidr) with { Tolerated = Errno.EADDRNOTAVAIL });

    /// <summary>Returns routes of the main table, of any link.</summary>
    /// <param name="isWanted">Null: all. The others are dropped as they come: a pod, or a router, may have a million.</param>
    /// <param name="limit">The number of routes that are returned at most.</param>
    public List<RouteEntry> ListRoutes(AddressFamily family, Predicate<RouteEntry>? isWanted = null, int limit = int.MaxValue)
    {
        try
        {
            return _socket.Dump(new ListRoutes(family), payload =>
            {
                var route = RouteEntry.Decode(payload);
                return route.Table == RT_TABLE_MAIN && isWanted?.Invoke(route) != false ? route : null;
            }, limit);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            // The answer of kernels with strict checking for a table that never had a route.
            return [];
        }
    }

    /// <summary>Returns the index of the link that leads to an address, or null if no link does.</summary>
    public int? FindLinkTowards(IpAddress destination) =>
        // Without a route, IPv6 answers with one of type unreachable.
        TryGetRoute(destination) is { IsUnicast: true, Links: [var index, ..] } ? index : null;

    /// <summary>Returns the route that a packet to an address takes, or null.</summary>
    public RouteEntry? TryGetRoute(IpAddress destination) => TryGetRoute(new GetRoute(destination));

    /// <summary>
    /// Returns the route that the policy rules select for a packet, with its table. Returns null if there is none, or if the kernel does
    /// not accept the source on the link.
    /// </summary>
    /// <param name="source">The source of a forwarded packet; null for a packet of the namespace itself.</param>
    /// <param name="input">The index of the link through which a forwarded packet arrives.</param>
    public RouteEntry? TryGetSelectedRoute(IpAddress destination, IpAddress? source = null, int input = 0) =>
        TryGetRoute(new GetRoute(destination, source, input) { ShowsTable = true });

    RouteEntry? TryGetRoute(GetRoute message)
    {
        try
        {
            return _socket.Get(message, RouteEntry.Decode);
        }
        catch (KernelException e) when (e.Errno is Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EACCES or Errno.EINVAL or Errno.EXDEV)
        {
            // There is no route, or one of type unreachable, prohibit or blackhole.
            return null;
        }
    }

    /// <summary>Returns the policy rules of a family in the kernel's order.</summary>
    public List<PolicyRule> ListPolicyRules(AddressFamily family) => _socket.Dump(new ListPolicyRules(family), PolicyRule.Decode);

    /// <summary>Returns the neighbour entry of an address on a link, or null if the kernel has none.</summary>
    public NeighbourEntry? TryGetNeighbour(int index, IpAddress address) =>
        _socket.TryGet(new GetNeighbour(index, address), NeighbourEntry.Decode);

    /// <summary>Returns the neighbours of a link in both families, also those whose MAC is unknown.</summary>
    public List<NeighbourEntry> ListNeighbours(int index) => _socket.Dump(new ListNeighbours(index), payload =>
    {
        var entry = NeighbourEntry.Decode(payload);
        return entry.Index == index ? entry : null;
    });

    /// <summary>Returns the forwarding entry of a bridge for a MAC, or null if the bridge has none.</summary>
    /// <param name="vlan">The VLAN; 0 for a bridge without VLAN filtering.</param>
    public NeighbourEntry? TryGetForwarding(int bridge, MacAddress mac, int vlan) =>
        _socket.TryGet(new GetForwarding(bridge, mac, vlan), NeighbourEntry.Decode);

    internal static byte FamilyOf(IpAddress address) => (byte)(address.IsV6 ? LibC.AF_INET6 : LibC.AF_INET);

    static ifreq RequestFor(string name)
    {
        var request = default(ifreq);
        // 15 bytes and a zero; longer names were refused where they entered the program.
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, 15));
        return request;
    }

    public void Dispose() => _socket.Dispose();
}

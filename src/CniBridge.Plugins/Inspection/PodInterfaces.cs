using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;

namespace CniBridge.Plugins.Inspection;

/// <summary>The pod interfaces of this node. The cost grows with the number of processes and pods.</summary>
public static class PodInterfaces
{
    /// <summary>The IPv6 link-local range (RFC 4291), which every link uses.</summary>
    static readonly Cidr s_linkLocal = Cidr.Parse("fe80::/10");

    /// <summary>
    /// The maximum number of addresses, and of routes per family, that are kept of an interface: a pod may add a million.
    /// </summary>
    public const int MaxOfEach = 256;

    /// <summary>Returns the pod interfaces in the order of their creation. A namespace that cannot be entered is skipped.</summary>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    public static IReadOnlyList<PodInterface> List()
    {
        using var socket = new RouteSocket();
        var pods = socket.ListLinks("veth").FindAll(link => link.PeerNamespace != Link.NoNamespace)
            .ConvertAll(link => new PodInterface(link, HostLink.TryParseAlias(link.Alias)));
        LookInside(socket, pods);
        return pods;
    }

    /// <summary>Returns the addresses of this node.</summary>
    public static IReadOnlySet<IpAddress> ListNodeAddresses()
    {
        using var socket = new RouteSocket();
        return socket.ListAddresses().Select(address => address.Cidr.Address).ToHashSet();
    }

    /// <summary>Returns whether a port is the bridge side of the veth pair of a VLAN gateway, which its alias names.</summary>
    public static bool IsVlanGateway(Link port) => HostLink.IsVlanPort(port);

    /// <summary>Returns the addresses without the IPv6 link-local ones.</summary>
    public static IReadOnlyList<Cidr> GlobalAddresses(IReadOnlyList<LinkAddress> addresses)
    {
        var global = new List<Cidr>();
        foreach (var address in addresses)
        {
            if (IsGlobal(address))
                global.Add(address.Cidr);
        }
        return global;
    }

    static bool IsGlobal(LinkAddress address) => !s_linkLocal.Contains(address.Cidr.Address);

    /// <summary>Adds the container interfaces to the list. Each namespace is entered once.</summary>
    static void LookInside(RouteSocket socket, List<PodInterface> pods)
    {
        var left = new Dictionary<int, List<int>>();
        for (var i = 0; i < pods.Count; i++)
        {
            var number = pods[i].Host.PeerNamespace;
            if (!left.TryGetValue(number, out var places))
                left[number] = places = [];
            places.Add(i);
        }
        if (left.Count == 0)
            return;
        LivingNamespaces.Visit(one =>
        {
            if (left.Remove(socket.GetNamespaceId(one), out var places))
                TryLookInside(one, pods, places);
            return left.Count > 0;
        });
    }

    static void TryLookInside(NetworkNamespace place, List<PodInterface> pods, List<int> places)
    {
        try
        {
            var inside = new PodNamespace(place.Path, place.GetIdentity()) { Cookie = NamespaceCookie.Of(place) };
            var found = place.Run(() =>
            {
                using var socket = new RouteSocket(isForeign: true);
                return places.ConvertAll(index => Complete(pods[index] with { Namespace = inside }, socket));
            });
            for (var i = 0; i < places.Count; i++)
                pods[places[i]] = found[i];
        }
        // A user without root privileges cannot enter the namespace.
        catch (Exception e) when (e.IsIoFailure() && e is not KernelException { IsForLackOfResources: true })
        {
        }
    }

    static PodInterface Complete(PodInterface pod, RouteSocket socket)
    {
        if (socket.TryGetLink(pod.Host.PeerIndex) is not { Kind: "veth" } inside)
            return pod;
        var addresses = socket.ListAddresses(inside.Index, IsGlobal, MaxOfEach);
        var (routes, others) = (ListRoutes(AddressFamily.IPv4), ListRoutes(AddressFamily.IPv6));
        return pod with
        {
            Inside = inside,
            Addresses = addresses.ConvertAll(address => address.Cidr),
            Routes = [.. routes, .. others],
            IsTruncated = Math.Max(addresses.Count, Math.Max(routes.Count, others.Count)) == MaxOfEach,
        };

        List<RouteEntry> ListRoutes(AddressFamily family) =>
            socket.ListRoutes(family, route => route.Links.Contains(inside.Index), MaxOfEach);
    }
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;

namespace CniBridge.Plugins.Inspection;

/// <summary>All pods' interfaces of this node. Grows with the number of processes and pods.</summary>
public static class PodInterfaces
{
    /// <summary>fe80::/10: each link has its own (RFC 4291).</summary>
    static readonly Cidr s_linkLocal = Cidr.Parse("fe80::/10");

    /// <summary>In order of the links' making.</summary>
    public static IReadOnlyList<PodInterface> List()
    {
        using var socket = new RouteSocket();
        var links = socket.ListLinks("veth").FindAll(link => link.PeerNamespace != Link.NoNamespace);
        var insides = LookInside(socket, links);
        return links.ConvertAll(link =>
        {
            var pod = new PodInterface(link, HostLink.TryParseAlias(link.Alias));
            return insides.TryGetValue(link.PeerNamespace, out var inside) ? inside.Complete(pod) : pod;
        });
    }

    /// <summary>Is it the bridge's side of a pair whose other side carries a VLAN's gateway, and is named by the alias?</summary>
    public static bool IsVlanGateway(Link port) => HostLink.IsVlanPort(port);

    /// <summary>Those that others can reach: none of scope link.</summary>
    public static IReadOnlyList<Cidr> GlobalAddresses(IReadOnlyList<LinkAddress> addresses)
    {
        var global = new List<Cidr>();
        foreach (var address in addresses)
        {
            if (!s_linkLocal.Contains(address.Cidr.Address))
                global.Add(address.Cidr);
        }
        return global;
    }

    /// <summary>By the number that links tell.</summary>
    static Dictionary<int, Interior> LookInside(RouteSocket socket, List<Link> links)
    {
        var insides = new Dictionary<int, Interior>();
        foreach (var one in TryOpenAll())
        {
            using (one)
            {
                var number = socket.GetNamespaceId(one);
                if (number != Link.NoNamespace && links.Exists(link => link.PeerNamespace == number) &&
                    SmallFile.IdentityOf(one.Path) is { } identity)
                    insides[number] = one.Run(() => Interior.Look(new PodNamespace(one.Path, identity)));
            }
        }
        return insides;
    }

    /// <summary>None for somebody who may not look into other processes' namespaces.</summary>
    static List<NetworkNamespace> TryOpenAll()
    {
        try
        {
            return LivingNamespaces.OpenAll();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return [];
        }
    }

    /// <summary>What a namespace holds.</summary>
    sealed record Interior(PodNamespace Namespace, List<Link> Links, List<LinkAddress> Addresses, List<RouteEntry> Routes)
    {
        internal static Interior Look(PodNamespace place)
        {
            using var socket = new RouteSocket();
            return new Interior(
                place, socket.ListLinks("veth"), socket.ListAddresses(), [.. socket.ListRoutes(isV6: false), .. socket.ListRoutes(isV6: true)]);
        }

        internal PodInterface Complete(PodInterface pod)
        {
            var inside = Links.Find(link => link.Index == pod.Host.PeerIndex);
            if (inside is null)
                return pod with { Namespace = Namespace };
            return pod with
            {
                Namespace = Namespace,
                Inside = inside,
                Addresses = GlobalAddresses(Addresses.FindAll(found => found.Index == inside.Index)),
                Routes = Routes.FindAll(route => route.Links.Contains(inside.Index)),
            };
        }
    }
}

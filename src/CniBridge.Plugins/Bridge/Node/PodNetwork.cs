using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>Operations inside a pod's namespace; each enters it once.</summary>
static class PodNetwork
{
    static readonly TimeSpan s_dadDeadline = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_arrivalDeadline = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Configures the interface: addresses before up, so that coming up announces them, and routes after it, because they need the link
    /// up.
    /// </summary>
    internal static PodLink Configure(NetworkNamespace pod, string name, AddressPlan? plan, bool detectsDuplicates, TextWriter log) =>
        pod.Run(() =>
        {
            var link = new PodLink(name);
            try
            {
                Configure(link, plan, detectsDuplicates, log);
                return link;
            }
            catch
            {
                link.Dispose();
                throw;
            }
        });

    static void Configure(PodLink link, AddressPlan? plan, bool detectsDuplicates, TextWriter log)
    {
        var up = new ChangeLink(link.Index, link.Name) { Up = true };
        if (plan is null)
        {
            link.Socket.Execute(up);
            return;
        }
        Prepare(link.Name, plan, detectsDuplicates, log);
        using var detection = detectsDuplicates && plan.HasIPv6 ? LinkWatch.OfIPv6Addresses() : null;
        using var arrivals = plan.HasIPv6 ? LinkWatch.OfIPv6Routes() : null;
        link.Socket.Execute([.. ToMessages(link.Index, plan, detectsDuplicates, up)]);
        if (detection is not null)
            AwaitAddresses(link, detection);
        // The first packet to the pod may arrive as soon as ADD returns.
        if (arrivals?.WaitUntilTaken([.. plan.Addresses.Select(cidr => cidr.Address)], link.Socket, s_arrivalDeadline) == false)
            log.WriteLine($"{link.Name} takes no packets to its IPv6 addresses yet");
    }

    static List<INetlinkMessage> ToMessages(int index, AddressPlan plan, bool detectsDuplicates, ChangeLink up)
    {
        var messages = new List<INetlinkMessage>();
        foreach (var cidr in plan.Addresses)
            messages.Add(AddressMessage.Add(index, cidr, skipsDad: !detectsDuplicates));
        messages.Add(up);
        foreach (var route in plan.Routes)
            messages.AddOnce(ToMessage(index, route));
        return messages;
    }

    /// <summary>Converts a route. Fills in the kernel's defaults, so that routes that are equal for the kernel compare as equal.</summary>
    static AddRoute ToMessage(int index, CniRoute route) => new(index, route.Destination, route.Gateway)
    {
        Priority = route.Priority == 0 && route.Destination.Address.IsV6 ? DefaultMetricIPv6 : route.Priority,
        Table = route.Table ?? 0,
        Scope = (byte)(route.Scope ?? 0),
        Mtu = (uint)route.Mtu,
        AdvertisedMss = (uint)route.AdvertisedMss,
    };

    /// <summary>IP6_RT_PRIO_USER, linux/ipv6_route.h</summary>
    const uint DefaultMetricIPv6 = 1024;

    static void Prepare(string name, AddressPlan plan, bool detectsDuplicates, TextWriter log)
    {
        if (plan.HasIPv6)
        {
            IPv6Switch.TurnOn("lo");
            IPv6Switch.TurnOn(name);
            Sysctl.TryWrite($"net/ipv6/conf/{name}/keep_addr_on_down", "1", log);
            Sysctl.TryWrite($"net/ipv6/conf/{name}/ndisc_notify", "1", log);
        }
        if (detectsDuplicates)
            Sysctl.TryEnsure($"net/ipv6/conf/{name}/enhanced_dad", "1", log);
        Sysctl.TryWrite($"net/ipv6/conf/{name}/accept_dad", detectsDuplicates ? "1" : "0", log);
        // With arp_notify and ndisc_notify, the kernel announces the pod's addresses to its neighbours; see PodLink.
        Sysctl.TryWrite($"net/ipv4/conf/{name}/arp_notify", "1", log);
    }

    static void AwaitAddresses(PodLink link, LinkWatch watch)
    {
        var addresses = new List<LinkAddress>();
        var isSettled = watch.WaitUntil(() =>
        {
            addresses = link.Socket.ListAddresses(link.Index);
            return addresses.Exists(address => address.IsDuplicate) || !addresses.Exists(address => address.IsTentative);
        }, s_dadDeadline);
        if (addresses.Find(address => address.IsDuplicate) is { } duplicate)
            throw new CniException(CniErrorCode.Internal, $"link {link.Name} has address {duplicate.Cidr.Address} in DADFAILED state");
        if (!isSettled)
            throw new KernelException($"wait for duplicate address detection on {link.Name}", Errno.ETIMEDOUT);
    }

    internal static bool HasInterface(NetworkNamespace pod, string name) => FindIndex(pod, name) is not null;

    internal static int? FindIndex(NetworkNamespace pod, string name) => Run(pod, socket => socket.TryGetIndex(name));

    internal static Link? FindLink(NetworkNamespace pod, string name) =>
        Run(pod, socket => socket.TryGetIndex(name) is null ? null : socket.TryGetLink(name));

    internal static void Delete(NetworkNamespace pod, Link link) => Run(pod, socket =>
    {
        socket.DeleteLink(link.Index, link.Name);
        return true;
    });

    internal static ContainerInterface? Inspect(NetworkNamespace pod, string name, IReadOnlySet<Cidr> wanted) => Run(pod, socket =>
    {
        if (socket.TryGetLink(name) is not { } link)
            return null;
        var addresses = socket.ListAddresses(link.Index, address => wanted.Contains(address.Cidr)).ConvertAll(address => address.Cidr);
        return new ContainerInterface(link, addresses, [.. ListRoutes(AddressFamily.IPv4), .. ListRoutes(AddressFamily.IPv6)]);

        List<RouteEntry> ListRoutes(AddressFamily family) => socket.ListRoutes(family, route => wanted.Contains(route.Destination), MaxRoutes);
    });

    /// <summary>A pod may have as many routes to one destination as there are metrics.</summary>
    const int MaxRoutes = 10_000;

    static T Run<T>(NetworkNamespace pod, Func<RouteSocket, T> work) => pod.Run(() =>
    {
        using var socket = new RouteSocket();
        return work(socket);
    });
}

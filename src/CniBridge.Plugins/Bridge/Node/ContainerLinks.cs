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

/// <summary>The kernel's container interfaces. Each operation enters the pod's namespace once.</summary>
/// <param name="socket">A socket of the node's namespace.</param>
sealed class ContainerLinks(RouteSocket socket, TextWriter log) : IContainerLinks
{
    static readonly TimeSpan s_dadDeadline = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_arrivalDeadline = TimeSpan.FromSeconds(2);

    /// <summary>IP6_RT_PRIO_USER, linux/ipv6_route.h</summary>
    const uint DefaultMetricIPv6 = 1024;

    /// <summary>A pod may have as many routes to one destination as there are metrics.</summary>
    const int MaxRoutes = 10_000;

    public IDuplicateJudge WatchDuplicates(Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation) =>
        new DuplicateJudge(socket, bridge, veth, findReservation, log);

    /// <remarks>
    /// Sets addresses before "up", so that coming up announces them, and routes after it, because they need the link up. The waits are
    /// in the node's namespace, where claims of addresses are judged.
    /// </remarks>
    public IPodLink Configure(NetworkNamespace pod, string interfaceName, AddressPlan? plan, IDuplicateJudge? duplicates)
    {
        var link = pod.Run(() => Open(interfaceName, plan, detectsDuplicates: duplicates is not null));
        try
        {
            if (link.Addresses is { } addresses)
                AwaitAddresses(link, addresses, duplicates!);
            // The first packet to the pod may arrive as soon as ADD returns.
            if (link.Arrivals?.WaitUntilTaken([.. plan!.Addresses.Select(cidr => cidr.Address)], link.Socket, s_arrivalDeadline) == false)
                log.WriteLine($"{link.Name} does not accept packets for its IPv6 addresses yet");
            link.EndWatches();
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    PodLink Open(string name, AddressPlan? plan, bool detectsDuplicates)
    {
        var link = new PodLink(name);
        try
        {
            Configure(link, plan, detectsDuplicates);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    void Configure(PodLink link, AddressPlan? plan, bool detectsDuplicates)
    {
        var up = new ChangeLink(link.Index, link.Name) { Up = true };
        if (plan is null)
        {
            link.Socket.Execute(up);
            return;
        }
        Prepare(link.Name, plan, detectsDuplicates);
        if (plan.HasIPv6)
        {
            link.Addresses = detectsDuplicates ? LinkWatch.OfIPv6Addresses() : null;
            link.Arrivals = LinkWatch.OfIPv6Routes();
        }
        link.Socket.Execute([.. ToMessages(link.Index, plan, detectsDuplicates, up)]);
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

    void Prepare(string name, AddressPlan plan, bool detectsDuplicates)
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

    static void AwaitAddresses(PodLink link, LinkWatch watch, IDuplicateJudge judge)
    {
        if (!watch.WaitUntil(() => AreSettled(link, judge), s_dadDeadline))
            throw new KernelException($"wait for duplicate address detection on {link.Name}", Errno.ETIMEDOUT);
    }

    /// <summary>Returns whether the kernel accepts all addresses. Sets those with a false claim again without the detection.</summary>
    /// <exception cref="CniException">Another host uses an address.</exception>
    static bool AreSettled(PodLink link, IDuplicateJudge judge)
    {
        var addresses = link.Socket.ListAddresses(link.Index);
        foreach (var duplicate in addresses.FindAll(address => address.IsDuplicate))
        {
            if (!judge.IsFalseClaim(duplicate.Cidr.Address))
                throw new CniException(CniErrorCode.Internal, $"link {link.Name} has address {duplicate.Cidr.Address} in DADFAILED state");
            link.Socket.Execute(
                AddressMessage.Delete(link.Index, duplicate.Cidr), AddressMessage.Add(link.Index, duplicate.Cidr, skipsDad: true));
        }
        return !addresses.Exists(address => address.IsDuplicate || address.IsTentative);
    }

    public PodVeth? Find(NetworkNamespace pod, string interfaceName)
    {
        var veth = PodVeth.Find(socket, pod, interfaceName, log);
        if (veth is null or { Inside.Kind: "veth" })
            return veth;
        log.WriteLine($"not deleting {interfaceName} in {pod.Path}: it is a link of kind \"{veth.Inside.Kind}\", not a veth");
        return null;
    }

    public void Delete(NetworkNamespace pod, PodVeth veth)
    {
        if (veth.Host is { } host)
            socket.DeleteLink(host.Index, host.Name);
        else
            DeleteInside(pod, veth.Inside);
    }

    static void DeleteInside(NetworkNamespace pod, Link link) => Run(pod, inside =>
    {
        inside.DeleteLink(link.Index, link.Name);
        return true;
    });

    internal static bool HasInterface(NetworkNamespace pod, string name) => FindIndex(pod, name) is not null;

    internal static int? FindIndex(NetworkNamespace pod, string name) => Run(pod, inside => inside.TryGetIndex(name));

    internal static Link? FindLink(NetworkNamespace pod, string name) =>
        Run(pod, inside => inside.TryGetIndex(name) is null ? null : inside.TryGetLink(name));

    public ContainerInterface? Inspect(NetworkNamespace pod, string interfaceName, IReadOnlySet<Cidr> wanted) => Run(pod, inside =>
    {
        if (inside.TryGetLink(interfaceName) is not { } link)
            return null;
        var addresses = inside.ListAddresses(link.Index, address => wanted.Contains(address.Cidr)).ConvertAll(address => address.Cidr);
        return new ContainerInterface(link, addresses, [.. ListRoutes(AddressFamily.IPv4), .. ListRoutes(AddressFamily.IPv6)]);

        List<RouteEntry> ListRoutes(AddressFamily family) =>
            inside.ListRoutes(family, route => wanted.Contains(route.Destination), MaxRoutes);
    });

    static T Run<T>(NetworkNamespace pod, Func<RouteSocket, T> work) => pod.Run(() =>
    {
        using var inside = new RouteSocket();
        return work(inside);
    });
}

using CniBridge.Linux;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>What is done inside a pod's namespace, each on a thread that enters it and ends.</summary>
static class PodNetwork
{
    static readonly TimeSpan s_dadDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Addresses before up, so that going up announces them; routes after, for they need the link up.</summary>
    internal static void Configure(NetworkNamespace pod, string name, AddressPlan? plan, bool detectsDuplicates, TextWriter log) =>
        Run(pod, socket =>
        {
            var index = socket.GetIndex(name);
            var up = new ChangeLink(index, name) { Up = true };
            if (plan is null)
            {
                socket.Execute(up);
                return true;
            }
            Prepare(name, plan, detectsDuplicates, log);
            using var watch = detectsDuplicates && plan.HasIPv6 ? LinkWatch.OfIPv6Addresses() : null;
            INetlinkMessage[] messages =
            [
                .. plan.Addresses.Select(cidr => AddressMessage.Add(index, cidr, skipsDad: !detectsDuplicates)),
                up,
                .. plan.Routes.Select(route => ToMessage(index, route)).Distinct(),
            ];
            socket.Execute(messages);
            if (watch is not null)
                AwaitAddresses(socket, watch, index, name);
            return true;
        });

    static AddRoute ToMessage(int index, CniRoute route) => new(index, route.Destination, route.Gateway)
    {
        Priority = (uint)route.Priority,
        Table = (uint)(route.Table ?? 0),
        Scope = (byte)(route.Scope ?? 0),
        Mtu = (uint)route.Mtu,
        AdvertisedMss = (uint)route.AdvertisedMss,
    };

    static void Prepare(string name, AddressPlan plan, bool detectsDuplicates, TextWriter log)
    {
        if (plan.HasIPv6)
        {
            // A runtime may start namespaces with IPv6 switched off; an address was asked for.
            Sysctl.Ensure("net/ipv6/conf/lo/disable_ipv6", "0");
            Sysctl.Ensure($"net/ipv6/conf/{name}/disable_ipv6", "0");
            Sysctl.TryWrite($"net/ipv6/conf/{name}/keep_addr_on_down", "1", log);
        }
        if (detectsDuplicates)
            Sysctl.TryEnsure($"net/ipv6/conf/{name}/enhanced_dad", "1", log);
        Sysctl.TryWrite($"net/ipv6/conf/{name}/accept_dad", detectsDuplicates ? "1" : "0", log);
        // The kernel sends gratuitous ARP when the link goes up: neighbours forget who had the address before.
        Sysctl.TryWrite($"net/ipv4/conf/{name}/arp_notify", "1", log);
    }

    static void AwaitAddresses(RouteSocket socket, LinkWatch watch, int index, string name)
    {
        var addresses = new List<LinkAddress>();
        var isSettled = watch.WaitUntil(() =>
        {
            addresses = socket.ListAddresses(index);
            return addresses.Exists(address => address.IsDuplicate) || !addresses.Exists(address => address.IsTentative);
        }, s_dadDeadline);
        if (addresses.Find(address => address.IsDuplicate) is { } duplicate)
            throw new CniException(CniErrorCode.Internal, $"link {name} has address {duplicate.Cidr.Address} in DADFAILED state");
        if (!isSettled)
            throw new KernelException($"wait for duplicate address detection on {name}", Errno.ETIMEDOUT);
    }

    internal static bool HasInterface(NetworkNamespace pod, string name) => Run(pod, socket => socket.TryGetIndex(name) is not null);

    internal static void Delete(NetworkNamespace pod, string name, TextWriter log) => Run(pod, socket =>
    {
        var link = socket.TryGetIndex(name) is null ? null : socket.TryGetLink(name);
        if (link is { Kind: "veth" })
            socket.DeleteLink(link.Index, link.Name);
        else if (link is not null)
            log.WriteLine($"{name} in {pod.Path} is no veth of ours but of kind \"{link.Kind}\": left alone");
        return true;
    });

    internal static PodInterface? Inspect(NetworkNamespace pod, string name) => Run(pod, socket =>
    {
        if (socket.TryGetLink(name) is not { } link)
            return null;
        var addresses = socket.ListAddresses(link.Index).ConvertAll(address => address.Cidr);
        return new PodInterface(link, addresses, [.. socket.ListRoutes(isV6: false), .. socket.ListRoutes(isV6: true)]);
    });

    static T Run<T>(NetworkNamespace pod, Func<RouteSocket, T> work) => pod.Run(() =>
    {
        using var socket = new RouteSocket();
        return work(socket);
    });
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>A container interface and a socket of the pod's namespace, usable from any thread.</summary>
sealed class PodLink : IPodLink
{
    int? _index;

    /// <summary>Opens the socket; the calling thread must be in the pod's namespace.</summary>
    internal PodLink(string name) => Name = name;

    internal RouteSocket Socket { get; } = new();

    internal string Name { get; }

    /// <summary>A watch of the pod's IPv6 addresses; null without duplicate address detection.</summary>
    internal LinkWatch? Addresses { get; set; }

    /// <summary>A watch of the pod's IPv6 routes; null without IPv6 addresses.</summary>
    internal LinkWatch? Arrivals { get; set; }

    internal int Index => _index ??= Socket.GetIndex(Name);

    /// <summary>
    /// Sets the MAC to its present value. The kernel then sends gratuitous ARP and unsolicited neighbour advertisements
    /// (NETDEV_CHANGEADDR with arp_notify and ndisc_notify). Those that it sends when the link comes up are lost, because the bridge port
    /// forwards only a moment later.
    /// </summary>
    public void Announce(MacAddress mac) => Socket.Execute(new ChangeLink(Index, Name) { Mac = mac });

    /// <summary>Closes the watches, which are no longer needed when the interface is configured.</summary>
    internal void EndWatches()
    {
        Addresses?.Dispose();
        Arrivals?.Dispose();
        (Addresses, Arrivals) = (null, null);
    }

    public void Dispose()
    {
        EndWatches();
        Socket.Dispose();
    }
}

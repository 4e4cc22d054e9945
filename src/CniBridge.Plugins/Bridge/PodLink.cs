using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>A pod's interface and a socket of the pod's namespace, which any thread may use once it is open.</summary>
sealed class PodLink : IPodLink
{
    int? _index;

    /// <summary>To be made on a thread that is in the pod's namespace.</summary>
    internal PodLink(string name) => Name = name;

    internal RouteSocket Socket { get; } = new();

    internal string Name { get; }

    internal int Index => _index ??= Socket.GetIndex(Name);

    /// <summary>
    /// Setting the MAC to what it is makes the kernel send gratuitous ARP and unsolicited neighbour advertisements
    /// (NETDEV_CHANGEADDR with arp_notify and ndisc_notify). Those that it sends when the link goes up are lost: the
    /// bridge's port forwards only a moment later.
    /// </summary>
    public void Announce(MacAddress mac) => Socket.Execute(new ChangeLink(Index, Name) { Mac = mac });

    public void Dispose() => Socket.Dispose();
}

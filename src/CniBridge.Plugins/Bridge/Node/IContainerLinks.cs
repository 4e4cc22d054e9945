using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The present state of a container interface, for CHECK.</summary>
sealed record ContainerInterface(Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<RouteEntry> Routes);

/// <summary>A container interface that was just configured.</summary>
interface IPodLink : IDisposable
{
    /// <summary>Tells neighbours the MAC of the addresses, because they may have an older one in their tables.</summary>
    void Announce(MacAddress mac);
}

/// <summary>The judgement of claims that fail the duplicate address detection of a new pod.</summary>
interface IDuplicateJudge : IDisposable
{
    /// <summary>
    /// Returns true, and logs why, if only pods with other addresses claim an address: a pod with CAP_NET_RAW can claim every address.
    /// </summary>
    bool IsFalseClaim(IpAddress address);
}

/// <summary>The container interfaces in the namespaces of pods.</summary>
interface IContainerLinks
{
    /// <summary>Starts to watch for claims of addresses. Call it before the container interface is brought up.</summary>
    /// <param name="findReservation">Returns the IPv6 address that is reserved for an attachment, or null.</param>
    IDuplicateJudge WatchDuplicates(Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation);

    /// <summary>Brings the container interface up with its addresses and routes; without a plan, only up.</summary>
    /// <param name="duplicates">Null: no duplicate address detection.</param>
    /// <exception cref="CniException">Another host uses an address.</exception>
    IPodLink Configure(NetworkNamespace pod, string interfaceName, AddressPlan? plan, IDuplicateJudge? duplicates);

    /// <summary>Returns the veth pair of a pod's interface. Returns null if there is none, or the link is of another kind.</summary>
    PodVeth? Find(NetworkNamespace pod, string interfaceName);

    /// <summary>Returns a pod's interface with the wanted ones of its addresses and routes; null if there is no such interface.</summary>
    /// <param name="wanted">Addresses, and destinations of routes.</param>
    ContainerInterface? Inspect(NetworkNamespace pod, string interfaceName, IReadOnlySet<Cidr> wanted);

    /// <summary>Deletes the pair, by its host end where that is known.</summary>
    void Delete(NetworkNamespace pod, PodVeth veth);
}

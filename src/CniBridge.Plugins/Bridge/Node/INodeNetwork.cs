using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The two ends of a new veth pair.</summary>
sealed record VethPair(int HostIndex, string HostName, MacAddress HostMac, MacAddress PodMac);

/// <summary>An existing host veth and its attachment.</summary>
sealed record AttachedLink(Attachment Attachment, Link Link);

/// <summary>The present state of a container interface, for CHECK.</summary>
sealed record ContainerInterface(Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<RouteEntry> Routes);

/// <summary>A container interface that was just configured.</summary>
interface IPodLink : IDisposable
{
    /// <summary>Tells neighbours the MAC of the addresses, because they may have an older one in their tables.</summary>
    void Announce(MacAddress mac);
}

/// <summary>A bridge port whose carrier the kernel will announce.</summary>
interface IPortWatch : IDisposable
{
    /// <summary>Waits until the port and the bridge pass traffic.</summary>
    void Await();
}

/// <summary>The judgement of claims that fail the duplicate address detection of a new pod.</summary>
interface IDuplicateJudge : IDisposable
{
    /// <summary>
    /// Returns true, and logs why, if only pods with other addresses claim an address: a pod with CAP_NET_RAW can claim every address.
    /// </summary>
    bool IsFalseClaim(IpAddress address);
}

/// <summary>The bridge plugin's requests to the kernel; tests have a second implementation.</summary>
interface INodeNetwork : IDisposable
{
    INodeFirewall Firewall { get; }

    /// <summary>Returns the bridge, or null if no link has its name.</summary>
    /// <exception cref="CniException">A link of another kind has the name, or the bridge lacks a requested feature.</exception>
    Link? FindBridge(BridgeConfig config);

    /// <summary>Returns the bridge. Creates it unless another process has done so.</summary>
    Link CreateBridge(BridgeConfig config);

    /// <summary>Brings the bridge up, makes it promiscuous if configured, and disables router advertisements on it.</summary>
    void PrepareBridge(Link bridge, BridgeConfig config);

    /// <summary>Returns the link with the gateway addresses of a VLAN. Creates it unless it exists.</summary>
    Link EnsureVlanGateway(Link bridge, BridgeConfig config);

    IReadOnlyList<Cidr> ListAddresses(Link link);

    /// <summary>Adds and removes gateway addresses. A bridge keeps its MAC from then on.</summary>
    void ChangeGateways(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed);

    IReadOnlyList<Link> ListPorts(Link bridge);

    IReadOnlyList<PortVlan> ListVlans(Link port);

    /// <summary>Creates the veth pair: one end up on the bridge, the other in the pod.</summary>
    /// <exception cref="CniException">The pod already has an interface with the name.</exception>
    VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config);

    /// <summary>Starts to watch for claims of addresses. Call it before the pod's end is brought up.</summary>
    /// <param name="findReservation">Returns the IPv6 address that is reserved for an attachment, or null.</param>
    IDuplicateJudge WatchDuplicates(Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation);

    /// <summary>Brings the container interface up with its addresses and routes; without a plan, only up.</summary>
    /// <param name="duplicates">Null: no duplicate address detection.</param>
    /// <exception cref="CniException">Another host uses an address.</exception>
    IPodLink ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, IDuplicateJudge? duplicates);

    /// <summary>Sets the MAC in the node's existing neighbour entries of the addresses.</summary>
    void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac);

    /// <summary>Returns the claim of an address by a pod behind the bridge, or null.</summary>
    AddressClaim? FindClaim(IpAddress address, BridgeConfig config);

    void EnableForwarding(AddressFamily family);

    bool IsForwarding(AddressFamily family);

    /// <summary>
    /// Starts to watch the port. Call it before the pod's end is brought up, which also brings up the port and an unused bridge.
    /// </summary>
    IPortWatch WatchPort(Link bridge, VethPair veth);

    void DeleteVeth(VethPair veth);

    /// <summary>Returns the veth pair of a pod's interface. Returns null if there is none, or the link is of another kind.</summary>
    PodVeth? FindVeth(NetworkNamespace pod, string interfaceName);

    /// <summary>Deletes the pair, by its host end where that is known.</summary>
    void DeleteVeth(NetworkNamespace pod, PodVeth veth);

    /// <summary>Deletes the attachment's host end and so the pair. Returns false when the node has none.</summary>
    bool DeleteHostLink(Attachment attachment);

    /// <summary>Returns the host veths of a network's attachments according to their aliases.</summary>
    IReadOnlyList<AttachedLink> ListHostLinks(string network);

    void DeleteLink(Link link);

    Link? FindLink(string name);

    /// <summary>Returns the bridge port of a VLAN's gateway link, or null if the link has none.</summary>
    Link? FindVlanPort(Link gateway);

    /// <summary>Returns the present MAC of the link.</summary>
    MacAddress GetMac(Link link);

    /// <summary>Returns the MTU of the uplink, or 0 without one.</summary>
    int FindUplinkMtu();

    /// <summary>Returns a pod's interface with the wanted ones of its addresses and routes; null if there is no such interface.</summary>
    /// <param name="wanted">Addresses, and destinations of routes.</param>
    ContainerInterface? InspectPod(NetworkNamespace pod, string interfaceName, IReadOnlySet<Cidr> wanted);

    /// <summary>Tries in a new namespace whether the kernel supports everything that ADD needs.</summary>
    /// <exception cref="IOException">The kernel does not.</exception>
    /// <exception cref="CniException">The kernel lacks a feature that the configuration requests.</exception>
    void TryKernel(BridgeConfig config);
}

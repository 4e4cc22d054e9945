using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>The two ends of a new veth pair.</summary>
sealed record VethPair(int HostIndex, string HostName, MacAddress HostMac, MacAddress PodMac);

/// <summary>The host's end of an attachment that is there.</summary>
sealed record AttachedLink(Attachment Attachment, Link Link);

/// <summary>A pod's interface as it is, for CHECK.</summary>
sealed record PodInterface(Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<RouteEntry> Routes);

/// <summary>A pod's interface that was just configured.</summary>
interface IPodLink : IDisposable
{
    /// <summary>Tells neighbours who has the addresses now, for they may remember another.</summary>
    void Announce(MacAddress mac);
}

/// <summary>A port of which the kernel tells when it comes up.</summary>
interface IPortWatch : IDisposable
{
    /// <summary>Returns when traffic can pass the port and the bridge.</summary>
    void Await();
}

/// <summary>What the bridge plugin asks of the kernel, as verbs; the second implementation is the tests'.</summary>
interface INodeNetwork : IDisposable
{
    INodeFirewall Firewall { get; }

    /// <summary>The bridge, or null when there is no link of its name.</summary>
    /// <exception cref="CniException">A link of another kind has the name, or the bridge cannot do what is asked.</exception>
    Link? FindBridge(BridgeConfig config);

    /// <summary>Creates the bridge unless somebody did meanwhile, and returns it.</summary>
    Link CreateBridge(BridgeConfig config);

    /// <summary>Up, promiscuous if asked for, and not listening to router advertisements.</summary>
    void PrepareBridge(Link bridge, BridgeConfig config);

    /// <summary>The link that carries the gateway addresses of a VLAN, made if it is not there.</summary>
    Link EnsureVlanGateway(Link bridge, BridgeConfig config);

    IReadOnlyList<Cidr> ListAddresses(Link link);

    /// <summary>Adds and removes gateway addresses; a bridge keeps its MAC from then on.</summary>
    void ChangeGateways(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed);

    IReadOnlyList<Link> ListPorts(Link bridge);

    IReadOnlyList<PortVlan> ListVlans(Link port);

    /// <summary>Makes the pair: one end on the bridge and up, the other in the pod.</summary>
    /// <exception cref="CniException">The pod has an interface of the name already.</exception>
    VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config);

    /// <summary>Brings the pod's interface up with its addresses and routes; no plan: up only.</summary>
    IPodLink ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, bool detectsDuplicates);

    /// <summary>The node's own neighbour entries for the addresses, where it has some, name the MAC from now on.</summary>
    void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac);

    /// <summary>Names who behind the bridge uses an address, as far as the node and the bridge have noticed; null: nobody.</summary>
    string? FindUser(IpAddress address, BridgeConfig config);

    void EnableForwarding(bool isV6);

    bool IsForwarding(bool isV6);

    /// <summary>To be called before anybody brings the pod's end up, and with it the port and, if it is the first, the bridge.</summary>
    IPortWatch WatchPort(Link bridge, VethPair veth);

    void DeleteVeth(VethPair veth);

    /// <summary>Returns the veth pair of a pod's interface. Returns null when there is none, or a link of another kind, which is not ours.</summary>
    PodVeth? FindVeth(NetworkNamespace pod, string interfaceName);

    /// <summary>Deletes the pair, by its host end where that is known.</summary>
    void DeleteVeth(NetworkNamespace pod, PodVeth veth);

    /// <summary>Deletes the attachment's host end and so the pair. Returns false when the node has none.</summary>
    bool DeleteHostLink(Attachment attachment);

    /// <summary>The host ends of a network's attachments, as far as their aliases tell.</summary>
    IReadOnlyList<AttachedLink> ListHostLinks(string network);

    void DeleteLink(Link link);

    Link? FindLink(string name);

    /// <summary>The port behind which the gateway of a VLAN is; null if it is a link without one.</summary>
    Link? FindVlanPort(Link gateway);

    /// <summary>The link's MAC now.</summary>
    MacAddress GetMac(Link link);

    /// <summary>The MTU of the link to the outside, or 0 when there is none.</summary>
    int FindUplinkMtu();

    /// <summary>Null when the pod has no interface of the name.</summary>
    PodInterface? InspectPod(NetworkNamespace pod, string interfaceName);

    /// <summary>Tries in a namespace of its own whether the kernel can make what ADD makes.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="CniException">It cannot do what the configuration asks for.</exception>
    void TryKernel(BridgeConfig config);
}

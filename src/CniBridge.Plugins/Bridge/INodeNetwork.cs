using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>The two ends of a new veth pair.</summary>
sealed record VethPair(int HostIndex, string HostName, MacAddress HostMac, MacAddress PodMac);

/// <summary>A pod's interface as it is, for CHECK.</summary>
sealed record PodInterface(Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<RouteEntry> Routes);

/// <summary>What the bridge plugin asks of the kernel, as verbs; the second implementation is the tests'.</summary>
interface INodeNetwork : IDisposable
{
    /// <summary>The bridge, or null when there is no link of its name.</summary>
    /// <exception cref="Protocol.CniException">A link of another kind has the name.</exception>
    Link? FindBridge(string name);

    /// <summary>Creates the bridge unless somebody did meanwhile, and returns it.</summary>
    Link CreateBridge(BridgeConfig config);

    /// <summary>Up, promiscuous if asked for, and not listening to router advertisements.</summary>
    void PrepareBridge(Link bridge, BridgeConfig config);

    /// <summary>Gives the bridge its gateway addresses.</summary>
    /// <exception cref="Protocol.CniException">It has others, and the configuration does not say to replace them.</exception>
    void EnsureGateways(Link bridge, IReadOnlyList<Cidr> gateways, bool replacesOthers);

    /// <summary>Makes the pair: one end on the bridge and up, the other in the pod.</summary>
    /// <exception cref="Protocol.CniException">The pod has an interface of the name already.</exception>
    VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config);

    /// <summary>Brings the pod's interface up with its addresses and routes; no plan: up only.</summary>
    void ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, bool detectsDuplicates);

    void EnableForwarding(bool isV6);

    /// <summary>Returns when traffic can pass the port.</summary>
    void AwaitPort(VethPair veth);

    void DeleteVeth(VethPair veth);

    /// <summary>Deletes the pod's interface and so the pair; a link of another kind is not ours and stays.</summary>
    void DeletePodInterface(NetworkNamespace pod, string interfaceName);

    /// <summary>Deletes the attachment's host end where the pod's end could not be reached.</summary>
    void DeleteHostLink(Attachment attachment);

    /// <summary>Deletes the host ends of a network's attachments that do not live.</summary>
    void DeleteHostLinks(string network, Func<Attachment, bool> isAlive);

    Link? FindLink(string name);

    /// <summary>Null when the pod has no interface of the name.</summary>
    PodInterface? InspectPod(NetworkNamespace pod, string interfaceName);
}

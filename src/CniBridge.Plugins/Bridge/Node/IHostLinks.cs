using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The two ends of a new veth pair.</summary>
sealed record VethPair(int HostIndex, string HostName, MacAddress HostMac, MacAddress PodMac);

/// <summary>An existing host veth and its attachment.</summary>
sealed record AttachedLink(Attachment Attachment, Link Link);

/// <summary>A bridge port whose carrier the kernel will announce.</summary>
interface IPortWatch : IDisposable
{
    /// <summary>Waits until the port and the bridge pass traffic.</summary>
    void Await();
}

/// <summary>The host veths: the ends of veth pairs that are ports of a bridge.</summary>
interface IHostLinks
{
    /// <summary>Creates the veth pair: one end up on the bridge, the other in the pod.</summary>
    /// <exception cref="CniException">The pod already has an interface with the name.</exception>
    VethPair Create(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config);

    /// <summary>
    /// Starts to watch the port. Call it before the pod's end is brought up, which also brings up the port and an unused bridge.
    /// </summary>
    IPortWatch Watch(Link bridge, VethPair veth);

    IReadOnlyList<PortVlan> ListVlans(Link port);

    /// <summary>Returns the host veths of a network's attachments according to their aliases.</summary>
    IReadOnlyList<AttachedLink> List(string network);

    void Delete(VethPair veth);

    void Delete(Link link);

    /// <summary>Deletes the attachment's host end and so the pair. Returns false when the node has none.</summary>
    bool Delete(Attachment attachment);
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The bridges of the node.</summary>
interface IBridgeLinks
{
    /// <summary>Returns the bridge, or null if no link has its name.</summary>
    /// <exception cref="CniException">A link of another kind has the name, or the bridge lacks a requested feature.</exception>
    Link? Find(BridgeConfig config);

    /// <summary>Returns the bridge. Creates it unless another process has done so.</summary>
    Link Create(BridgeConfig config);

    /// <summary>Brings the bridge up, makes it promiscuous if configured, and disables router advertisements on it.</summary>
    void Prepare(Link bridge, BridgeConfig config);

    IReadOnlyList<Link> ListPorts(Link bridge);

    /// <summary>Returns the present MAC of the bridge.</summary>
    MacAddress GetMac(Link bridge);

    /// <summary>Tries in a new namespace whether the kernel supports everything that ADD needs.</summary>
    /// <exception cref="IOException">The kernel does not.</exception>
    /// <exception cref="CniException">The kernel lacks a feature that the configuration requests.</exception>
    void TryKernel(BridgeConfig config);
}

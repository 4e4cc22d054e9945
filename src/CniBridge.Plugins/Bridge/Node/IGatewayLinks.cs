using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The links with the gateway addresses, the bridge or the link of a VLAN, and the forwarding of the node.</summary>
interface IGatewayLinks
{
    /// <summary>Returns the link with the gateway addresses of a VLAN. Creates it unless it exists.</summary>
    Link EnsureVlanLink(Link bridge, BridgeConfig config);

    /// <summary>Returns the bridge port of a VLAN's gateway link, or null if the link has none.</summary>
    Link? FindVlanPort(Link gateway);

    IReadOnlyList<Cidr> ListAddresses(Link link);

    /// <summary>Adds and removes gateway addresses. A bridge keeps its MAC from then on.</summary>
    void ChangeAddresses(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed);

    /// <summary>Sets the MAC in the node's existing neighbour entries of the addresses.</summary>
    void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac);

    void EnableForwarding(AddressFamily family);

    bool IsForwarding(AddressFamily family);
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>How packets to another node's pods are to be sent.</summary>
/// <param name="Node">Whose pods they are.</param>
/// <param name="Destination">One of its pod ranges.</param>
/// <param name="NextHops">
/// The node's addresses of that family, at least one. A node may have several links, of which this node shares only some: the first
/// address that is on a link of this node is the next hop.
/// </param>
public sealed record WantedRoute(string Node, Cidr Destination, IReadOnlyList<IpAddress> NextHops)
{
    /// <summary>The address that counts where the links are unknown.</summary>
    public IpAddress NextHop => NextHops[0];
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>A route to pods of another node.</summary>
/// <param name="Node">The name of the node.</param>
/// <param name="Destination">One of its pod CIDRs.</param>
/// <param name="NextHops">The node's addresses of this family, at least one. The first address that is on a link of this node
/// becomes the next hop.</param>
public sealed record WantedRoute(string Node, Cidr Destination, IReadOnlyList<IpAddress> NextHops)
{
    /// <summary>The preferred address, for use without knowledge of the links.</summary>
    public IpAddress NextHop => NextHops[0];
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The next hop of a route to pods of another node.</summary>
/// <param name="Index">The index of the link.</param>
public sealed record NextHop(IpAddress Address, int Index);

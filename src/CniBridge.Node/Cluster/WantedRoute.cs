using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>How packets to another node's pods are to be sent.</summary>
/// <param name="Node">Whose pods they are.</param>
/// <param name="Destination">One of its pod ranges.</param>
/// <param name="NextHop">Its address of that family.</param>
public sealed record WantedRoute(string Node, Cidr Destination, IpAddress NextHop);

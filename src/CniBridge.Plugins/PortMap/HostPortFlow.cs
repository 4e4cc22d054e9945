using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;

namespace CniBridge.Plugins.PortMap;

/// <summary>Connections over a port of the node.</summary>
/// <param name="HostAddress">To which they were begun; null: any that is the node's own, for others only pass through.</param>
/// <param name="PodAddress">Where an element leads, or has led; also says the family.</param>
sealed record HostPortFlow(
    TransportProtocol Protocol, IpAddress? HostAddress, ushort HostPort, IpAddress PodAddress, ushort PodPort);

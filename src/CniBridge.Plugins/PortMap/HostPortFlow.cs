using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>Connections over a port of the node.</summary>
/// <param name="HostAddress">The destination of their first packet; null: any address of the node, because others only pass
/// through.</param>
/// <param name="PodAddress">The present or former target of the element; it also tells the family.</param>
sealed record HostPortFlow(
    TransportProtocol Protocol, IpAddress? HostAddress, ushort HostPort, IpAddress PodAddress, ushort PodPort);

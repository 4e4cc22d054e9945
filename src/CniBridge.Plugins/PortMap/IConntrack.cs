using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;

namespace CniBridge.Plugins.PortMap;

/// <summary>Connections over a port of the node.</summary>
/// <param name="HostAddress">To which they were begun; null: any that is the node's own, for others only pass through.</param>
/// <param name="PodAddress">Where an element leads, or has led; also says the family.</param>
sealed record HostPortFlow(
    TransportProtocol Protocol, IpAddress? HostAddress, ushort HostPort, IpAddress PodAddress, ushort PodPort);

/// <summary>
/// What the kernel remembers of connections: where the first packet went the others go, whatever the rules say meanwhile.
/// </summary>
interface IConntrack
{
    /// <summary>Forgets those that do not lead to the pod: their original destination is the port, their reply comes from elsewhere.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    void ForgetOthers(HostPortFlow flow);

    /// <summary>Forgets those that lead to the pod: their original destination is the port, their reply comes from the pod's port.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    void ForgetOwn(HostPortFlow flow);
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// Does somebody behind a bridge use an address? The node has a neighbour of that address, and the bridge a port for that
/// neighbour's MAC: entries of a port go with it, so somebody is behind it. Who was silent for minutes is not noticed.
/// </summary>
static class AddressTraffic
{
    /// <param name="link">Which the node reaches the pods by: the bridge, or the gateway of a VLAN.</param>
    /// <param name="bridge">Whose ports the pods are.</param>
    /// <param name="vlan">0 for a bridge that does not tell VLANs apart.</param>
    /// <returns>A clause that names who, or null.</returns>
    internal static string? FindUser(RouteSocket socket, IpAddress address, int link, int bridge, int vlan, TextWriter log)
    {
        try
        {
            return socket.TryGetNeighbour(link, address)?.Mac is { } mac &&
                socket.TryGetForwarding(bridge, mac, vlan) is { IsOwn: false } port
                    ? $"{mac} behind {socket.TryGetLink(port.Index)?.Name ?? "a port of the bridge"} uses it"
                    : null;
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            // A kernel before 5.0 has no such look-ups.
            log.WriteLine($"without a look at who uses {address}: {e.Message}");
            return null;
        }
    }

    /// <summary>The same for a bridge that nobody named: the one that the address would be reached by.</summary>
    internal static string? FindUser(IpAddress address, TextWriter log)
    {
        using var socket = new RouteSocket();
        return socket.TryGetRoute(address) is { IsUnicast: true, Gateways: [], Links: [var index] } &&
            socket.TryGetLink(index) is { Kind: "bridge", FiltersVlans: not true }
                ? FindUser(socket, address, index, index, vlan: 0, log)
                : null;
    }
}

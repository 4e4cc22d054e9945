using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// A claim of an address on the network: the node has a neighbour entry for the address, and the bridge has a port for the entry's MAC.
/// A pod can claim any address with ARP and neighbour discovery, so a claim never decides whether an address can be given.
/// </summary>
/// <param name="Port">The name of the port that the MAC is behind.</param>
/// <param name="Attachment">The attachment of the port by its alias, which a pod cannot change; null: another plugin made the port.</param>
sealed record AddressClaim(MacAddress Mac, string Port, Attachment? Attachment)
{
    /// <summary>Returns the claim of an address, or null when neither the node nor the bridge has heard of one lately.</summary>
    /// <param name="link">Index of the link to the pods: the bridge, or the gateway of a VLAN.</param>
    /// <param name="bridge">Index of the bridge whose ports the pods are.</param>
    /// <param name="vlan">0 for a bridge without VLAN filtering.</param>
    internal static AddressClaim? Find(RouteSocket socket, IpAddress address, int link, int bridge, int vlan, TextWriter log) =>
        Try(address, log, () => socket.TryGetNeighbour(link, address)?.Mac is { } mac ? Find(socket, mac, bridge, vlan) : null);

    /// <summary>Returns the claim of the neighbour with a MAC, or null when it is behind no port of the bridge.</summary>
    internal static AddressClaim? Find(RouteSocket socket, MacAddress mac, int bridge, int vlan)
    {
        if (socket.TryGetForwarding(bridge, mac, vlan) is not { IsOwn: false } entry)
            return null;
        return socket.TryGetLink(entry.Index) is { } port
            ? new AddressClaim(mac, port.Name, HostLink.IsAlias(port) ? HostLink.TryParseAlias(port.Alias) : null)
            : new AddressClaim(mac, "a port of the bridge", null);
    }

    /// <summary>Returns the claim of an address on the bridge that a route to it leads to, or null when no bridge does.</summary>
    internal static AddressClaim? Find(IpAddress address, TextWriter log) => Try(address, log, () =>
    {
        using var socket = new RouteSocket();
        return socket.TryGetRoute(address) is { IsUnicast: true, Gateways: [], Links: [var index] } &&
            socket.TryGetLink(index) is { Kind: "bridge", FiltersVlans: not true }
                ? Find(socket, address, index, index, vlan: 0, log)
                : null;
    });

    /// <summary>Runs a look-up. Returns null if it fails, because ADD must not depend on it: a kernel before 5.0 cannot do it.</summary>
    static AddressClaim? Try(IpAddress address, TextWriter log, Func<AddressClaim?> find)
    {
        try
        {
            return find();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot look up which port uses {address}: {e.Message}");
            return null;
        }
    }

    /// <summary>Names the pod, or the port where its pod is not known.</summary>
    public string Claimant => Attachment is { } pod ? $"{pod.Network}/{pod.ContainerId}/{pod.InterfaceName}" : Port;

    public override string ToString() => $"{Mac} behind {Port}{(Attachment is null ? "" : $" ({Claimant})")}";
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The kernel's links with gateway addresses, and its forwarding.</summary>
/// <param name="socket">A socket of the node's namespace.</param>
sealed class GatewayLinks(RouteSocket socket, TextWriter log) : IGatewayLinks
{
    static readonly TimeSpan s_arrivalDeadline = TimeSpan.FromSeconds(2);

    public Link EnsureVlanLink(Link bridge, BridgeConfig config) => new VlanGateway(socket, bridge, config, log).Ensure();

    public Link? FindVlanPort(Link gateway) => VlanGateway.FindPort(gateway, socket);

    public IReadOnlyList<Cidr> ListAddresses(Link link) => socket.ListAddresses(link.Index).ConvertAll(address => address.Cidr);

    public void ChangeAddresses(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed)
    {
        var hasIPv6 = added.Any(cidr => cidr.Address.IsV6);
        if (hasIPv6)
            IPv6Switch.Require(link.Name);
        using var arrivals = hasIPv6 ? LinkWatch.OfIPv6Routes() : null;
        foreach (var cidr in removed)
            socket.DeleteAddress(link.Index, cidr);
        foreach (var cidr in added)
            socket.EnsureAddress(link.Index, cidr, skipsDad: true);
        arrivals?.WaitUntilTaken([.. added.Select(cidr => cidr.Address)], socket, s_arrivalDeadline);
        if (link.Kind == "bridge")
            PinMac(link);
    }

    /// <summary>
    /// Sets the bridge's MAC to its present value. The bridge then no longer takes over MACs of its ports, so that the pods' neighbour
    /// entries of the gateway stay valid. A bridge that lost its last port has a MAC of zeros, which the kernel refuses to set.
    /// </summary>
    void PinMac(Link bridge) => socket.Execute(
        new ChangeLink(bridge.Index, bridge.Name) { Mac = bridge.Mac.IsZero ? MacAddress.Random() : bridge.Mac });

    public void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac)
    {
        var messages = new INetlinkMessage[addresses.Count];
        for (var i = 0; i < messages.Length; i++)
            messages[i] = new UpdateNeighbour(link.Index, addresses[i].Address, mac);
        socket.Execute(messages);
    }

    public void EnableForwarding(AddressFamily family) => Forwarding.Enable(family, socket, log);

    public bool IsForwarding(AddressFamily family) => Forwarding.IsOn(family);
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>
/// The link with the gateway addresses of a VLAN: one end of a veth pair. The other end is a bridge port that belongs to this VLAN
/// only.
/// </summary>
sealed class VlanGateway(RouteSocket socket, Link bridge, BridgeConfig config, TextWriter log)
{
    readonly string _name = config.VlanGateway!;

    /// <summary>Creates or completes the link. An earlier ADD may have been killed before it was complete.</summary>
    internal Link Ensure()
    {
        if (socket.TryGetIndex(_name) is null)
            Create();
        var link = socket.TryGetLink(_name) ?? throw new KernelException($"look up the link {_name}", Errno.ENODEV);
        RouterAdvertisements.Ignore(link, socket, log);
        if (!link.IsUp)
            socket.Execute(new ChangeLink(link.Index, _name) { Up = true });
        if (FindPort(link, socket) is { } port)
            Plug(port);
        return link;
    }

    /// <summary>
    /// Returns the other end, or null: an administrator's link with the name may be of another kind or have its peer elsewhere.
    /// </summary>
    internal static Link? FindPort(Link link, RouteSocket socket) =>
        link is { Kind: "veth", IsPeerElsewhere: false } ? socket.TryGetLink(link.PeerIndex) : null;

    void Create()
    {
        var port = HostLink.NameOfVlanPort(_name);
        var mtu = config.Mtu > 0 ? config.Mtu : (int)bridge.Mtu;
        var mac = MacAddress.Random();
        // Before the link is up.
        if (socket.TryCreateVeth(new VethEnd(port, MacAddress.Random()), new VethEnd(_name, mac), null, bridge.Index, mtu) &&
            socket.TryGetIndex(_name) is { } index)
        {
            socket.TryAddLinkLocal(index, mac);
        }
    }

    /// <summary>
    /// Attaches the port. VLANs are removed only from a port without users, because pods behind the gateway would lose packets.
    /// </summary>
    void Plug(Link port)
    {
        var isUnplugged = port.Master != bridge.Index;
        var alias = port.Name == HostLink.NameOfVlanPort(_name) ? _name : port.Alias;
        if (isUnplugged || !port.IsUp || port.Alias != alias)
        {
            var master = isUnplugged ? bridge.Index : 0;
            socket.Execute(new ChangeLink(port.Index, port.Name) { Up = true, Master = master, Alias = alias });
        }
        if (!socket.ListPortVlans(port.Index).Contains(new PortVlan(config.Vlan, IsNative: true)))
            socket.Execute([.. PortVlans.OfGateway(port.Index, port.Name, config)]);
    }
}

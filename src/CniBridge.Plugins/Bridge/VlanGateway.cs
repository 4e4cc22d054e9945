using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The link that carries the gateway addresses of a VLAN: one end of a pair whose other end is a port of the bridge that
/// belongs to that VLAN alone.
/// </summary>
sealed class VlanGateway(RouteSocket socket, Link bridge, BridgeConfig config, TextWriter log)
{
    readonly string _name = config.VlanGateway!;

    /// <summary>What there is is put right each time: whoever made it may have been killed before it was done.</summary>
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

    /// <summary>The other end; an administrator's link of the name may be of another kind, or have it elsewhere.</summary>
    internal static Link? FindPort(Link link, RouteSocket socket) =>
        link is { Kind: "veth", IsPeerElsewhere: false } ? socket.TryGetLink(link.PeerIndex) : null;

    void Create()
    {
        var port = HostLink.NameOfVlanPort(_name);
        var mtu = config.Mtu > 0 ? config.Mtu : (int)bridge.Mtu;
        socket.TryCreateVeth(
            new VethEnd(port, MacAddress.Random()), new VethEnd(_name, MacAddress.Random()), null, bridge.Index, mtu);
    }

    /// <summary>VLANs are taken away only from a port that nobody can be using: pods behind the gateway would lose packets.</summary>
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

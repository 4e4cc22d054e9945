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
        var isNew = socket.TryGetIndex(_name) is null && TryCreate();
        var link = socket.TryGetLink(_name) ?? throw new KernelException($"look up the link {_name}", Errno.ENODEV);
        if (!link.IsUp)
            socket.Execute(new ChangeLink(link.Index, _name) { Up = true });
        // An administrator's link of the name may be of another kind, which has no other end.
        if (link.Kind == "veth" && socket.TryGetLink(link.PeerIndex) is { } port)
            Plug(port, isNew);
        return link;
    }

    bool TryCreate()
    {
        var port = HostLink.NameOfVlanPort(_name);
        var mtu = config.Mtu > 0 ? config.Mtu : (int)bridge.Mtu;
        var isNew = socket.TryCreateVeth(
            new VethEnd(port, MacAddress.Random()), new VethEnd(_name, MacAddress.Random()), null, bridge.Index, mtu);
        // The node must not take a pod for a router.
        foreach (var end in (ReadOnlySpan<string>)(isNew ? [_name, port] : []))
            Sysctl.TryWrite($"net/ipv6/conf/{end}/accept_ra", "0", log);
        return isNew;
    }

    /// <summary>VLANs are taken away only from a port that nobody uses yet: pods behind the gateway would lose packets.</summary>
    void Plug(Link port, bool isNew)
    {
        var isUnplugged = port.Master != bridge.Index;
        var alias = port.Name == HostLink.NameOfVlanPort(_name) ? _name : port.Alias;
        if (isUnplugged || !port.IsUp || port.Alias != alias)
        {
            var master = isUnplugged ? bridge.Index : 0;
            socket.Execute(new ChangeLink(port.Index, port.Name) { Up = true, Master = master, Alias = alias });
        }
        socket.Execute([.. isNew || isUnplugged
            ? PortVlans.OfGateway(port.Index, port.Name, config)
            : [PortVlans.Native(port.Index, port.Name, config)]]);
    }
}

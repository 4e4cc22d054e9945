using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The node's network in the kernel: one socket of the node's namespace, and the parts that use it.</summary>
sealed class NodeNetwork : INodeNetwork
{
    readonly RouteSocket _socket = new();
    readonly TextWriter _log;
    NodeFirewall? _firewall;

    internal NodeNetwork(TextWriter log)
    {
        _log = log;
        Bridges = new BridgeLinks(_socket, log);
        Gateways = new GatewayLinks(_socket, log);
        HostLinks = new HostLinks(_socket, log);
        ContainerLinks = new ContainerLinks(_socket, log);
    }

    public IBridgeLinks Bridges { get; }

    public IGatewayLinks Gateways { get; }

    public IHostLinks HostLinks { get; }

    public IContainerLinks ContainerLinks { get; }

    public INodeFirewall Firewall => _firewall ??= new NodeFirewall(_socket, _log);

    public Link? FindLink(string name) => _socket.TryGetLink(name);

    /// <summary>Returns the claim of an address by a pod behind the bridge, or null.</summary>
    internal AddressClaim? FindClaim(IpAddress address, BridgeConfig config)
    {
        if (_socket.TryGetIndex(config.Bridge) is not { } bridge)
            return null;
        var link = config.VlanGateway is { } gateway ? _socket.TryGetIndex(gateway) : bridge;
        return link is null ? null : AddressClaim.Find(_socket, address, link.Value, bridge, config.ForwardingVlan, _log);
    }

    /// <summary>Returns the MTU of the uplink, or 0 without one.</summary>
    internal int FindUplinkMtu()
    {
        var mtu = Uplink.FindMtu(_socket);
        if (mtu == 0)
            _log.WriteLine("mtu = auto: the node has no default route; using the kernel's default");
        return mtu;
    }

    public void Dispose()
    {
        _firewall?.Dispose();
        _socket.Dispose();
    }
}

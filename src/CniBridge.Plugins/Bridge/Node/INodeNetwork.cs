using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The parts of the node's network that the bridge plugin works on; tests have a second implementation.</summary>
interface INodeNetwork : IDisposable
{
    IBridgeLinks Bridges { get; }

    IGatewayLinks Gateways { get; }

    IHostLinks HostLinks { get; }

    IContainerLinks ContainerLinks { get; }

    INodeFirewall Firewall { get; }

    /// <summary>Returns a link of the node, or null if no link has the name.</summary>
    Link? FindLink(string name);
}

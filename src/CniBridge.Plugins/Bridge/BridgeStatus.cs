using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;

namespace CniBridge.Plugins.Bridge;

/// <summary>STATUS: checks whether an ADD can work. Changes nothing on the node and takes no lock.</summary>
sealed class BridgeStatus(string network, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal void Run()
    {
        // An existing bridge with all requested features proves that the kernel supports them.
        if (node.Bridges.Find(config) is not { } bridge)
            node.Bridges.TryKernel(config);
        else if (config.IsGateway && addresses?.ServesIPv6 == true && FindGateway(bridge) is { } gateway)
            IPv6Switch.Require(gateway.Name);
        if (config.Masquerades)
            node.Firewall.TryMasquerade(network);
        if (config.ChecksMacSpoofing)
            node.Firewall.TrySpoofCheck(network);
        addresses?.ReportStatus();
    }

    /// <summary>Returns the link with the gateway addresses, or null before the first ADD.</summary>
    Link? FindGateway(Link bridge) => config.VlanGateway is { } name ? node.FindLink(name) : bridge;
}

using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>STATUS: may an ADD work? Changes nothing on the node and takes no lock.</summary>
sealed class BridgeStatus(string network, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal void Run()
    {
        // Where there is a bridge that does what is asked, the kernel has what it takes.
        if (node.FindBridge(config) is not { } bridge)
            node.TryKernel(config);
        else if (config.IsGateway && addresses?.ServesIPv6 == true && FindGateway(bridge) is { } gateway)
            IPv6Switch.Require(gateway.Name);
        if (config.Masquerade)
            node.Firewall.TryMasquerade(network);
        if (config.ChecksMacSpoofing)
            node.Firewall.TrySpoofCheck(network);
        addresses?.ReportStatus();
    }

    /// <summary>Null when it is still to be made.</summary>
    Link? FindGateway(Link bridge) => config.VlanGateway is { } name ? node.FindLink(name) : bridge;
}

namespace CniBridge.Plugins.Bridge;

/// <summary>STATUS: may an ADD work? Changes nothing on the node and takes no lock.</summary>
sealed class BridgeStatus(BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    internal void Run()
    {
        // Where there is a bridge that does what is asked, the kernel has what it takes.
        if (node.FindBridge(config) is not { } bridge)
            node.TryKernel(config);
        else if (config is { IsGateway: true, Vlan: 0 } && addresses?.ServesIPv6 == true)
            IPv6Switch.Require(bridge.Name);
        addresses?.ReportStatus();
    }
}

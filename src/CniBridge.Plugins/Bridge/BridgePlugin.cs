using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>The bridge role: a Linux bridge, a veth pair per pod, addresses and routes.</summary>
public sealed class BridgePlugin : IPlugin
{
    public string Name => "bridge";

    public CniResult Add(CniRequest request)
    {
        var (config, addresses) = Parse(request);
        using var node = new NodeNetwork(request.Log);
        return new BridgeAdd(request, config, addresses, node).Run();
    }

    public void Check(CniRequest request)
    {
        var (config, addresses) = Parse(request);
        using var node = new NodeNetwork(request.Log);
        new BridgeCheck(request, config, addresses, node).Run();
    }

    public void Delete(CniRequest request)
    {
        var json = CniJson.Decode(request.Config, DeleteJson.Read, "network config");
        using var node = new NodeNetwork(request.Log);
        new BridgeDelete(request, json.Ipam?.Type, HostLocalAddresses.ForDelete(request), node).Run();
    }

    public void CollectGarbage(CniRequest request)
    {
        using var node = new NodeNetwork(request.Log);
        new BridgeGarbage(request, node).Run();
    }

    public void ReportStatus(CniRequest request)
    {
        var (config, addresses) = Parse(request);
        using var node = new NodeNetwork(request.Log);
        _ = node.FindBridge(config.Bridge);
        addresses?.ReportStatus();
    }

    /// <summary>Every check of the whole configuration, address management's included, before anything changes.</summary>
    static (BridgeConfig, IAddressManager?) Parse(CniRequest request)
    {
        var args = CniArgs.Parse(request.Environment.Args, "MAC", "IP");
        var config = BridgeConfig.Parse(request, args);
        return (config, config.IpamType is null ? null : HostLocalAddresses.ForAdd(request, args));
    }
}

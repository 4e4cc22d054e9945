using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>The bridge plugin: a Linux bridge, a veth pair per pod, addresses and routes.</summary>
public sealed class BridgePlugin : IPlugin
{
    public string Name => PluginName.Bridge;

    public CniResult Add(CniRequest request)
    {
        using var node = new NodeNetwork(request.Log);
        var (config, addresses) = Parse(request, (args, parsed) => HostLocalAddresses.ForAdd(request, args, new AttachmentNetwork(
            address => node.FindClaim(address, parsed), attachment => node.HostLinks.Delete(attachment))));
        if (config.IsMtuAuto)
            config = config with { Mtu = node.FindUplinkMtu() };
        CheckMtu(config, addresses);
        return new BridgeAdd(request, config, addresses, node).Run();
    }

    public void Check(CniRequest request)
    {
        var (config, addresses) = Parse(request, (args, _) => HostLocalAddresses.ForAdd(request, args, AttachmentNetwork.None));
        using var node = new NodeNetwork(request.Log);
        new BridgeCheck(request, config, addresses, node).Run();
    }

    public void Delete(CniRequest request)
    {
        var config = new Lazy<DeleteJson>(() => CniJson.Decode(request.Config, DeleteJson.Read, "network config"));
        using var node = new NodeNetwork(request.Log);
        new BridgeDelete(request, () => config.Value.ChecksMacSpoofing, () => FindAddresses(request, config.Value, node), node).Run();
    }

    public void CollectGarbage(CniRequest request)
    {
        var config = CniJson.Decode(request.Config, DeleteJson.Read, "network config");
        using var node = new NodeNetwork(request.Log);
        new BridgeGarbage(request, config.ChecksMacSpoofing, FindAddresses(request, config, node), node).Run();
    }

    public void ReportStatus(CniRequest request)
    {
        var (config, addresses) = Parse(request, (args, _) => HostLocalAddresses.ForStatus(request, args));
        using var node = new NodeNetwork(request.Log);
        new BridgeStatus(request.NetworkName, config, addresses, node).Run();
    }

    /// <summary>Validates the whole configuration, including that of IPAM, before any change.</summary>
    static (BridgeConfig, IAddressManager?) Parse(CniRequest request, Func<CniArgs, BridgeConfig, HostLocalAddresses> hostLocal)
    {
        // Other IPAM plugins read CNI_ARGS themselves; static knows these two keys.
        var args = CniArgs.Parse(request.Environment.Args, "MAC", "IP", "GATEWAY");
        var config = BridgeConfig.Parse(request, args);
        if (config.IpamType is null or PluginName.HostLocal)
            args = CniArgs.Parse(request.Environment.Args, "MAC", "IP");
        IAddressManager? addresses = config.IpamType switch
        {
            null => null,
            PluginName.HostLocal => hostLocal(args, config),
            var type => DelegatedAddresses.ForAdd(type, request),
        };
        CheckMtu(config, addresses);
        return (config, addresses);
    }

    /// <summary>Refuses an MTU that is too small for IPv6: the kernel disables IPv6 on such links (RFC 8200, section 5).</summary>
    static void CheckMtu(BridgeConfig config, IAddressManager? addresses)
    {
        const int minMtu = 1280;
        if (config.Mtu is > 0 and < minMtu && addresses?.ServesIPv6 == true)
            throw CniException.InvalidConfig("mtu", config.Mtu, "IPv6 needs an MTU of 1280, and a range is IPv6");
    }

    /// <summary>Finds the address management for cleaning up, which needs only the place of the store.</summary>
    static IAddressManager? FindAddresses(CniRequest request, DeleteJson config, NodeNetwork node)
    {
        if (config.Ipam?.Type is not { Length: > 0 } type)
            return null;
        if (type != PluginName.HostLocal)
            return new DelegatedAddresses(type, request);
        var network = AttachmentNetwork.None with { DeleteHostLink = attachment => node.HostLinks.Delete(attachment) };
        return HostLocalAddresses.ForDelete(request, network);
    }
}

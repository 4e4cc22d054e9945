using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// GC: removes host veths, MAC spoofing rules and addresses of stale attachments. Continues after failures and reports them together.
/// </summary>
sealed class BridgeGarbage(CniRequest request, bool isGuarded, IAddressManager? addresses, INodeNetwork node)
{
    readonly Failures _failures = new();

    internal void Run()
    {
        var valid = ValidAttachments.Parse(CniJson.Decode(request.Config, GarbageJson.Read, "network config"));
        node.Firewall.CollectGoMasquerade(request.NetworkName, valid);
        _failures.Try(() => DeleteLinks(valid));
        var areLinksGone = !_failures.Any;
        _failures.Try(() => node.Firewall.CollectGuards(request.NetworkName, valid, isGuarded));
        if (addresses is not null)
            _failures.Try(() => addresses.CollectGarbage(areLinksGone));
        node.Firewall.RemoveFormerRanges(request.NetworkName);
        _failures.ThrowIfAny("GC is not complete");
    }

    void DeleteLinks(ValidAttachments valid)
    {
        foreach (var (attachment, link) in node.HostLinks.List(request.NetworkName))
        {
            if (!valid.Contains(attachment.ContainerId, attachment.InterfaceName))
                _failures.Try(() => node.HostLinks.Delete(link));
        }
    }
}

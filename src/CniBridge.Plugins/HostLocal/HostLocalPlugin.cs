using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The host-local IPAM plugin, for other main plugins.</summary>
public sealed class HostLocalPlugin : IPlugin
{
    public string Name => PluginName.HostLocal;

    public CniResult Add(CniRequest request)
    {
        var network = new AttachmentNetwork(address => AddressClaim.Find(address, request.Log));
        var addresses = HostLocalAddresses.ForAdd(request, ParseArgs(request), network);
        using var undo = new Rollback(request.Log);
        request.Phases.End(Phase.Configuration);
        var result = addresses.Allocate(undo);
        request.Phases.End(Phase.Addresses);
        undo.Cancel();
        return result;
    }

    public void Delete(CniRequest request)
    {
        HostLocalAddresses.ForDelete(request, AttachmentNetwork.None).Release();
        request.Phases.End(Phase.Addresses);
    }

    public void Check(CniRequest request)
    {
        // CHECK refuses each configuration that ADD refuses.
        _ = HostLocalConfig.Parse(request, ParseArgs(request));
        HostLocalAddresses.ForDelete(request, AttachmentNetwork.None).Check();
    }

    public void CollectGarbage(CniRequest request) =>
        HostLocalAddresses.ForDelete(request, AttachmentNetwork.None).CollectGarbage(areLinksGone: true);

    public void ReportStatus(CniRequest request) => HostLocalAddresses.ForStatus(request, CniArgs.Parse("")).ReportStatus();

    /// <summary>Parses CNI_ARGS. MAC is for the main plugin, which gets the same arguments.</summary>
    static CniArgs ParseArgs(CniRequest request) => CniArgs.Parse(request.Environment.Args, "IP", "MAC");
}

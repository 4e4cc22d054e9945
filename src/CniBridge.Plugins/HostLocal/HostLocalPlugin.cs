using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The stand-alone host-local role, for other main plugins.</summary>
public sealed class HostLocalPlugin : IPlugin
{
    public string Name => "host-local";

    public CniResult Add(CniRequest request)
    {
        var addresses = HostLocalAddresses.ForAdd(request, CniArgs.Parse(request.Environment.Args, "IP"));
        using var undo = new Rollback(request.Log);
        var result = addresses.Allocate(undo);
        undo.Cancel();
        return result;
    }

    public void Delete(CniRequest request) => HostLocalAddresses.ForDelete(request).Release();

    public void Check(CniRequest request)
    {
        // A request that ADD would refuse is refused here too.
        _ = HostLocalConfig.Parse(request, CniArgs.Parse(request.Environment.Args, "IP"));
        HostLocalAddresses.ForDelete(request).Check();
    }

    public void CollectGarbage(CniRequest request) => HostLocalAddresses.CollectGarbage(request, request.Log);

    public void ReportStatus(CniRequest request) => HostLocalAddresses.ForAdd(request, CniArgs.Parse("")).ReportStatus();
}

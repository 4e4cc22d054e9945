using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// The portmap plugin: ports of the node lead to ports of the pod. It is chained behind any plugin that creates an interface.
/// </summary>
public sealed class PortMapPlugin : IPlugin
{
    public string Name => PluginName.PortMap;

    static Records<HostPortRecord> Records => new(HostPortRecord.Format);

    public CniResult Add(CniRequest request)
    {
        using var node = new NodePorts();
        var config = PortMapConfig.Parse(request);
        request.Phases.End(Phase.Configuration);
        var result = new PortMapAdd(request, config, node, Records, new NodeConntrack(node)).Run();
        request.Phases.End(Phase.Firewall);
        return result;
    }

    public void Delete(CniRequest request)
    {
        using var node = new NodePorts();
        new PortMapDelete(request, node, Records, new NodeConntrack(node)).Run();
        request.Phases.End(Phase.Firewall);
    }

    public void Check(CniRequest request)
    {
        using var node = new NodePorts();
        new PortMapCheck(request, PortMapConfig.Parse(request), node).Run();
    }

    public void CollectGarbage(CniRequest request)
    {
        using var node = new NodePorts();
        new PortMapGarbage(request, node, Records, new NodeConntrack(node)).Run();
    }

    public void ReportStatus(CniRequest request)
    {
        _ = PortMapConfig.Parse(request);
        using var node = new NodePorts();
        new PortMapStatus(request, node, Records).Run();
    }
}

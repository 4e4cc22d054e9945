using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>A role that this build does not have: every verb says so.</summary>
public sealed class MissingPlugin(string name) : IPlugin
{
    public string Name => name;

    public CniResult Add(CniRequest request) => throw Failure();

    public void Delete(CniRequest request) => throw Failure();

    public void Check(CniRequest request) => throw Failure();

    public void CollectGarbage(CniRequest request) => throw Failure();

    public void ReportStatus(CniRequest request) => throw Failure();

    CniException Failure() => new(CniErrorCode.Internal, $"this build of cni-bridge has no {name} plugin",
        $"remove {name} from the configuration, or put the reference {name} plugin in the place of the link");
}

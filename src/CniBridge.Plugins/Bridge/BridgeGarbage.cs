using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>GC: the host ends and addresses of attachments that do not live. Goes on past a failure and reports all.</summary>
sealed class BridgeGarbage(CniRequest request, INodeNetwork node)
{
    internal void Run()
    {
        var json = CniJson.Decode(request.Config, GarbageJson.Read, "network config");
        var valid = ValidAttachments.Parse(json);
        var failures = new List<string>();
        // Links first: an address may be handed out again only when nobody has it any more.
        Try(() => node.DeleteHostLinks(request.NetworkName,
            attachment => valid.Contains(attachment.ContainerId, attachment.InterfaceName)));
        if (failures.Count == 0 && json.Ipam?.Type == BridgeSupport.HostLocal)
            Try(() => HostLocalAddresses.CollectGarbage(request, request.Log));
        if (failures.Count > 0)
            throw new CniException(CniErrorCode.IoFailure, $"GC is not complete: {string.Join("; ", failures)}");

        void Try(Action step)
        {
            try
            {
                step();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add(e.Message);
            }
        }
    }
}

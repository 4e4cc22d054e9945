using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// DEL: all that the attachment has, with or without its namespace, however often. The link goes first: an address may be
/// handed out again only when nobody has it any more.
/// </summary>
sealed class BridgeDelete(CniRequest request, string? ipamType, IAddressManager addresses, INodeNetwork node)
{
    internal void Run()
    {
        DeleteLinks();
        if (ipamType is null or "")
            return;
        if (ipamType != BridgeSupport.HostLocal)
        {
            // The interface is gone; that somebody else's addresses are not must not pass in silence.
            throw new CniException(CniErrorCode.UnsupportedField, $"unsupported field: ipam.type = \"{ipamType}\"",
                "the interface was removed; addresses of this type cannot be released yet");
        }
        addresses.Release();
    }

    /// <summary>The host's end is tried too when the pod's could not be reached; an address that is still in use is not released.</summary>
    void DeleteLinks()
    {
        try
        {
            using var pod = request.TryOpenNamespace();
            if (pod is not null)
                node.DeletePodInterface(pod, request.Environment.InterfaceName);
        }
        finally
        {
            node.DeleteHostLink(request.Attachment);
        }
    }
}

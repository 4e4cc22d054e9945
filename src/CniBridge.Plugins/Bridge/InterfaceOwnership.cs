using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The check before DEL deletes an interface in a namespace. A path such as /proc/PID/ns/net may lead to another pod's namespace
/// after a reboot, or when the kernel has reused the PID.
/// </summary>
/// <param name="attachment">The attachment that DEL is for.</param>
/// <param name="findAddresses">Returns the address management, or null when there is none.</param>
/// <param name="readPrevious">Returns the result of ADD, or null when the runtime has not sent it.</param>
sealed class InterfaceOwnership(Attachment attachment, Func<IAddressManager?> findAddresses, Func<CniResult?> readPrevious)
{
    /// <summary>Returns a text that names the other owner of the interface. Returns null when no source names another.</summary>
    internal string? FindOther(NetworkNamespace pod, PodVeth veth)
    {
        if (veth.Host is { } host && HostLink.IsAlias(host))
            return IsOwn(host) ? null : host.Alias;
        return findAddresses()?.IsRecordedNamespace(pod) switch
        {
            true => null,
            false => $"another namespace than that of {attachment.ContainerId}",
            null => FindOtherByResult(veth.Host),
        };
    }

    /// <summary>A network that was renamed since ADD has other names in its aliases.</summary>
    bool IsOwn(Link host) => HostLink.IsOf(host, attachment) ||
        (HostLink.TryParseAlias(host.Alias) is { } owner &&
            owner.ContainerId == attachment.ContainerId && owner.InterfaceName == attachment.InterfaceName);

    /// <summary>The result of the Go plugin names the host end.</summary>
    string? FindOtherByResult(Link? host)
    {
        if (host is null || readPrevious() is not { } previous)
            return null;
        var hasHostEnd = false;
        foreach (var entry in previous.Interfaces)
        {
            if (entry.Sandbox.Length > 0)
                continue;
            if (entry.Name == host.Name || entry.Mac == host.Mac.ToString())
                return null;
            hasHostEnd = true;
        }
        return hasHostEnd ? $"{host.Name}, which is not in the result of ADD" : null;
    }
}

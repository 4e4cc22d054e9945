using System.Runtime.ExceptionServices;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// DEL: removes everything of the attachment, with or without its namespace, any number of times. Links are deleted before addresses
/// are released, because an address must not be given away while it is in use. Firewall rules are deleted first: closing an nftables
/// socket after a deletion blocks for about 10 ms, and the deletion of the link takes longer than that anyway.
/// </summary>
/// <param name="isGuarded">Returns whether the configuration has macspoofchk; called only without a record.</param>
/// <param name="findAddresses">Returns the address management. Called only after the links are gone, because an invalid
/// configuration must not keep them.</param>
sealed class BridgeDelete(
    CniRequest request, Func<bool> isGuarded, Func<IAddressManager?> findAddresses, INodeNetwork node)
{
    CniResult? _previous;
    bool _isPreviousRead;

    internal void Run()
    {
        request.Phases.End(Phase.Configuration);
        node.Firewall.DeleteGoMasquerade(request.Attachment, FindAddresses);
        var failures = new Failures();
        failures.Try(RemoveGuard);
        request.Phases.End(Phase.Firewall);
        DeleteLinks();
        request.Phases.End(Phase.Link);
        findAddresses()?.Release();
        request.Phases.End(Phase.Addresses);
        // The pod may have been the last one of a range that the network no longer has.
        node.Firewall.RemoveFormerRanges(request.NetworkName);
        request.Phases.End(Phase.Firewall);
        // A leftover rule is harmless, but report the failure so that the runtime retries DEL.
        failures.ThrowIfAny("could not remove the MAC spoofing rules");
    }

    /// <summary>Removes the MAC spoofing rules before the links, so that both waits of the kernel run at the same time.</summary>
    void RemoveGuard()
    {
        try
        {
            node.Firewall.UnguardPort(request.Attachment, isGuarded);
        }
        // The kernel has no nftables, or the configuration became invalid: a retry would fail in the same way.
        catch (Exception e) when (e is KernelException { Errno: Errno.EPROTONOSUPPORT or Errno.EOPNOTSUPP } or CniException)
        {
            request.Log.WriteLine($"could not remove the MAC spoofing rules: {e.Message}");
        }
    }

    /// <summary>
    /// Deletes the veth pair by its host end, whose alias names the attachment: a pod cannot change that. Only where there is none,
    /// the Go plugin made the pair and the path of the namespace leads to it.
    /// </summary>
    void DeleteLinks()
    {
        if (node.HostLinks.Delete(request.Attachment))
            return;
        ExceptionDispatchInfo? failure = null;
        try
        {
            if (DeletePodInterface())
                return;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }
        // The content of a pod's namespace must not decide whether DEL succeeds.
        if (DeletePreviousLinks() && failure is { SourceException: var ignored })
            request.Log.WriteLine($"deleted only the host veth: {ignored.Message}");
        else
            failure?.Throw();
    }

    /// <summary>Deletes the pair through the pod's namespace. Returns false if the interface is missing or of another attachment.</summary>
    bool DeletePodInterface()
    {
        using var pod = request.TryOpenNamespace();
        if (pod is null || node.ContainerLinks.Find(pod, request.Environment.InterfaceName) is not { } veth)
            return false;
        if (new InterfaceOwnership(request.Attachment, TryFindAddresses, TryReadPrevious).FindOther(pod, veth) is { } owner)
        {
            request.Log.WriteLine($"not deleting {veth.Inside.Name} in {pod.Path}: it belongs to {owner}");
            return false;
        }
        node.ContainerLinks.Delete(pod, veth);
        return true;
    }

    /// <summary>Finds the address management; an invalid configuration fails later, when the address is released.</summary>
    IAddressManager? TryFindAddresses()
    {
        try
        {
            return findAddresses();
        }
        catch (CniException)
        {
            return null;
        }
    }

    /// <summary>
    /// Deletes the host end that the previous result names: the Go plugin's names cannot be computed, and its links have no alias.
    /// Returns false when there is none.
    /// </summary>
    bool DeletePreviousLinks()
    {
        var isDeleted = false;
        foreach (var entry in TryReadPrevious()?.Interfaces ?? [])
        {
            if (entry.Sandbox.Length == 0 && MacAddress.TryParse(entry.Mac, out var mac) &&
                node.FindLink(entry.Name) is { Kind: "veth", Master: > 0, Alias: "" } link && link.Mac == mac)
            {
                node.HostLinks.Delete(link);
                isDeleted = true;
            }
        }
        return isDeleted;
    }

    IReadOnlyList<Cidr> FindAddresses() => TryReadPrevious()?.Ips is { } ips ? [.. ips.Select(ip => ip.Address)] : [];

    /// <summary>Reads the previous result. Returns null for an invalid one, so that the rest is still cleaned up.</summary>
    CniResult? TryReadPrevious()
    {
        if (_isPreviousRead)
            return _previous;
        _isPreviousRead = true;
        try
        {
            return _previous = CniResultReader.ReadPrevious(request.Config);
        }
        catch (CniException e)
        {
            request.Log.WriteLine($"ignoring the previous result: {e.Message}");
            return null;
        }
    }
}

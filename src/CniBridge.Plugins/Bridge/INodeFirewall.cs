using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>What the bridge plugin asks of nftables, as verbs; the second implementation is the tests'.</summary>
interface INodeFirewall
{
    /// <summary>Makes the network's rule unless it is there.</summary>
    void EnsureMasquerade(NetworkMasquerade masquerade);

    /// <summary>Of a network that is not masqueraded any more; does nothing, and costs nothing, where it never was.</summary>
    void RemoveMasquerade(string network);

    bool HasMasquerade(NetworkMasquerade masquerade);

    /// <summary>What the Go plugins left in nftables for an attachment that they made. A failure is logged, not thrown.</summary>
    /// <param name="findAddresses">The attachment's addresses; none: unknown.</param>
    void DeleteGoMasquerade(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses);

    /// <summary>The same of a network's attachments that do not live.</summary>
    void CollectGoMasquerade(string network, ValidAttachments valid);

    /// <summary>What lets no new connections of a pod through to the world outside, or none to it; null: nothing for sure.</summary>
    ForwardObstacle? FindForwardObstacle(Link gateway, IpAddress pod, bool isFromPod);

    /// <summary>Changes nothing; says when something is missing that pods of the network rely on.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or does not let us use it.</exception>
    void TryMasquerade(string network);

    /// <summary>To be called before anybody brings the pod's end up: drops from now on what comes with another source.</summary>
    void GuardPort(SpoofGuard guard, Rollback undo);

    /// <summary>An attachment that never was guarded costs a look for its record.</summary>
    /// <param name="isConfigured">Asked only without a record: may there be something all the same?</param>
    void UnguardPort(Attachment attachment, Func<bool> isConfigured);

    /// <summary>Removes the guards of a network's attachments that do not live.</summary>
    void CollectGuards(string network, ValidAttachments valid, bool isConfigured);

    /// <summary>Names what an attachment lacks to be guarded; null: nothing.</summary>
    string? FindMissingGuard(SpoofGuard guard);

    /// <summary>The same of what they are guarded by.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or does not let us use it.</exception>
    /// <exception cref="CniException">It has none for bridges.</exception>
    void TrySpoofCheck(string network);
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The bridge plugin's requests to nftables; tests have a second implementation.</summary>
interface INodeFirewall
{
    /// <summary>Creates the network's masquerade rule unless it exists.</summary>
    void EnsureMasquerade(NetworkMasquerade masquerade);

    /// <summary>Removes the rules of a network that no longer masquerades. Costs nothing for a network that never did.</summary>
    void RemoveMasquerade(string network);

    /// <summary>
    /// Removes those former ranges of a network from its masquerade that no pod uses any more. Costs one look for a file in each family
    /// for a network that has none. Failures are logged.
    /// </summary>
    void RemoveFormerRanges(string network);

    bool HasMasquerade(NetworkMasquerade masquerade);

    /// <summary>Removes the rules that the Go plugin created for an attachment. Failures are logged.</summary>
    /// <param name="findAddresses">Returns the attachment's addresses; empty if they are unknown.</param>
    void DeleteGoMasquerade(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses);

    /// <summary>Removes the rules that the Go plugin created for stale attachments of a network.</summary>
    void CollectGoMasquerade(string network, ValidAttachments valid);

    /// <summary>
    /// Returns the rule or policy that drops new connections between the pod and the outside, or their replies. Returns null if none
    /// certainly does.
    /// </summary>
    ForwardObstacle? FindForwardObstacle(Link gateway, IpAddress pod, bool isFromPod);

    /// <summary>Logs which masquerade rules of the network are missing. Changes nothing.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or refuses access.</exception>
    void TryMasquerade(string network);

    /// <summary>Drops frames with a foreign source MAC from now on. Call it before the pod's end is brought up.</summary>
    void GuardPort(SpoofGuard guard, Rollback undo);

    /// <summary>Removes the attachment's MAC spoofing rules. Without such rules, it costs one look for a record.</summary>
    /// <param name="isConfigured">Returns whether rules may exist without a record; called only without one.</param>
    void UnguardPort(Attachment attachment, Func<bool> isConfigured);

    /// <summary>Removes the MAC spoofing rules of stale attachments of a network.</summary>
    void CollectGuards(string network, ValidAttachments valid, bool isConfigured);

    /// <summary>Returns the missing part of an attachment's MAC spoofing rules, or null.</summary>
    string? FindMissingGuard(SpoofGuard guard);

    /// <summary>Logs which MAC spoofing rules of the network are missing. Changes nothing.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or refuses access.</exception>
    /// <exception cref="CniException">The kernel has no nftables for bridges.</exception>
    void TrySpoofCheck(string network);
}

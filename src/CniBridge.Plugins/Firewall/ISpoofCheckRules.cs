using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>The requests of the MAC spoofing check to nftables; tests have a second implementation.</summary>
interface ISpoofCheckRules
{
    /// <summary>Drops all other source MACs on the port from now on. Replaces the rules of a former link with the port's name.</summary>
    void Add(SpoofGuard guard);

    /// <summary>Removes the rules of the attachment; elements that belong to another attachment stay.</summary>
    void Remove(SpoofGuard guard);

    /// <summary>Removes the rules of an attachment without a record, by the possible names of its port.</summary>
    void Remove(Attachment attachment, IReadOnlyList<string> ports);

    /// <summary>
    /// Removes all rules of a network except those of some owners (<see cref="ElementOwner"/>). The cost grows with the number of pods.
    /// </summary>
    void RemoveOthers(string network, IReadOnlySet<string> owners);

    /// <summary>Returns the missing part of an attachment's rules, or null.</summary>
    string? FindMissing(SpoofGuard guard);

    /// <summary>Adds all missing rules in one batch.</summary>
    void Restore(IReadOnlyList<SpoofGuard> guards);

    /// <summary>Checks that the kernel supports the rules. Changes nothing on the node.</summary>
    /// <exception cref="IOException">The kernel does not, or refuses access.</exception>
    void Try();
}

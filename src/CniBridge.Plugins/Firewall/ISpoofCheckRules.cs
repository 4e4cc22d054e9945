namespace CniBridge.Plugins.Firewall;

/// <summary>What the check of sources asks of nftables; the second implementation is the tests'.</summary>
interface ISpoofCheckRules
{
    /// <summary>From now on nothing else may come by the port; in place of what a former link of its name was allowed.</summary>
    void Add(SpoofGuard guard);

    /// <summary>Removes what is there of it; what has become another attachment's stays.</summary>
    void Remove(SpoofGuard guard);

    /// <summary>The same for one of which no more is known than the names that its port may have.</summary>
    void Remove(Attachment attachment, IReadOnlyList<string> ports);

    /// <summary>Removes all of a network but that of some owners (<see cref="ElementOwner"/>). Grows with the number of pods.</summary>
    void RemoveOthers(string network, IReadOnlySet<string> owners);

    /// <summary>Names what an attachment lacks; null: nothing.</summary>
    string? FindMissing(SpoofGuard guard);

    /// <summary>Makes everything that is not there, at once.</summary>
    void Restore(IReadOnlyList<SpoofGuard> guards);

    /// <summary>Changes nothing on the node.</summary>
    /// <exception cref="IOException">The kernel cannot do it, or does not let us.</exception>
    void Try();
}

using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>The records of the masquerades of all networks.</summary>
/// <param name="root">The directory of all records.</param>
sealed class MasqueradeRecords(string root = StateDirectory.DefaultRoot)
{
    /// <summary>The chains, with the ranges that were configured when they were made.</summary>
    internal Records<MasqueradeRecord> Configured { get; } = new(MasqueradeRecord.Format, root);

    internal Records<FormerRanges> Former { get; } = new(FormerRanges.Format, root);

    /// <summary>Acquires the lock for changes of chains together with both records.</summary>
    internal IDisposable Lock() => StateLock.Acquire("masquerade", root);
}

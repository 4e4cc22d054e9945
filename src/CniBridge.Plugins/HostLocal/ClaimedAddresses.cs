using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// The addresses of a range set that one ADD skips because of claims on the network. They are tried last: a pod that claims every free
/// address must not keep other pods from starting.
/// </summary>
/// <param name="find">Returns the claim of an address, or null.</param>
sealed class ClaimedAddresses(RangeSet set, IReservationStore store, Func<IpAddress, AddressClaim?> find, TextWriter log)
{
    /// <summary>
    /// The maximum number of addresses that an ADD skips; each costs some look-ups. The next free address is not looked up.
    /// </summary>
    const int MaxSkipped = 256;

    /// <summary>The number of addresses that are logged one by one.</summary>
    const int MaxNamed = 3;

    readonly List<Candidate> _skipped = [];
    readonly HashSet<IpAddress> _addresses = [];

    /// <summary>The skipped addresses in the order of the search.</summary>
    internal IReadOnlyList<Candidate> Skipped => _skipped;

    /// <summary>Returns true, and notes the address, when there is a claim that counts.</summary>
    internal bool Skips(Candidate candidate)
    {
        if (_addresses.Contains(candidate.Address))
            return true;
        if (_skipped.Count >= MaxSkipped || FindEvidence(candidate.Address) is not { } claim)
            return false;
        _skipped.Add(candidate);
        _addresses.Add(candidate.Address);
        if (_skipped.Count <= MaxNamed)
            log.WriteLine($"skipping {candidate.Address}: not reserved, but in use by {claim}");
        return true;
    }

    /// <summary>
    /// Returns the claim, unless its attachment has a reservation in the set: an attachment has only one address of a set.
    /// </summary>
    AddressClaim? FindEvidence(IpAddress address)
    {
        if (find(address) is not { } claim)
            return null;
        if (claim.Attachment is not { } attachment || store.FindReservation(attachment, set) is not { } own ||
            own == address)
            return claim;
        log.WriteLine($"ignoring the claim of {address} by {claim}: {own} is reserved for it");
        return null;
    }

    /// <summary>Logs the number of skipped addresses that were not named.</summary>
    internal void LogRest()
    {
        if (_skipped.Count > MaxNamed)
        {
            log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"skipping {_skipped.Count - MaxNamed} more addresses of {set}: not reserved, but in use; " +
                $"cni-bridge doctor names the pods"));
        }
    }
}

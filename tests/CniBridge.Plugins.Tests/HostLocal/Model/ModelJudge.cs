using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Checks the state after a call against the model and the files before the call.</summary>
sealed class ModelJudge(ModelNode node, ModelStore store, IReadOnlyList<RangeSet> sets)
{
    Dictionary<IpAddress, ReservationOwner> _before = [];

    /// <summary>
    /// The value of <see cref="ModelNode.AddressesOfLinks"/> before the call, because an ADD may delete its owner's link.
    /// </summary>
    HashSet<IpAddress> _ofLinks = [];

    /// <summary>Runs a call and records its state for the checks.</summary>
    /// <returns>True if the call was disturbed.</returns>
    internal bool Watch(Disturbance disturbance, Action call)
    {
        _before = store.Reservations;
        _ofLinks = node.AddressesOfLinks();
        var isDisturbed = disturbance.Run(call);
        store.Look();
        return isDisturbed;
    }

    internal List<IpAddress> HeldBefore(ReservationOwner owner) => [.. _before.Where(file => file.Value == owner).Select(file => file.Key)];

    /// <summary>Asserts that no deleted attachment has a reservation.</summary>
    internal void AssertNoReservationLeaks()
    {
        foreach (var (address, owner) in store.Reservations)
            Assert.True(ModelStore.HasNoName(owner) || node.Pods.ContainsKey(owner), $"{address} of {owner} has leaked");
    }

    internal void AssertGiven(ModelAdd call, IReadOnlyList<IpAddress> addresses, bool isDisturbed)
    {
        var owner = call.Owner;
        Assert.Equal(sets.Count, addresses.Count);
        foreach (var (set, address) in sets.Zip(addresses))
        {
            Assert.True(node.UserOf(address) is null || call.Wanted == address || IsLast(set, address, isDisturbed),
                $"{address} was given to {owner}, and {node.UserOf(address)} has it");
            Assert.True(Candidates.List(set, null).Any(candidate => candidate.Address == address), $"{address} is not to be handed out");
            var held = HeldBefore(owner).Find(one => set.Find(one) is not null);
            Assert.True(
                held is null || held == address
                || (call.Wanted is { } wanted && set.Find(wanted) is not null), $"{owner} had {held}, and got {address}");
        }
        Assert.Equal(Ordered(addresses), Ordered(store.AddressesOf(owner)));
    }

    /// <summary>
    /// Returns true if only addresses of pods without a reservation remain. Such an address cannot be restored and is assigned last.
    /// </summary>
    /// <param name="isDisturbed">True if the records may have been unreadable. Then no other pod is proven gone.</param>
    bool IsLast(RangeSet set, IpAddress address, bool isDisturbed) => !node.UsersOf(address).Any(node.IsProvenUp) && (isDisturbed ||
        Candidates.List(set, null).All(one => one.Address == address || node.UserOf(one.Address) is not null || IsTaken(one.Address)));

    static IEnumerable<IpAddress> Ordered(IEnumerable<IpAddress> addresses) => addresses.Order();

    /// <summary>Asserts that ADD never reclaims the address of a running pod or of a pod in an unknown state.</summary>
    internal void AssertNothingIsTaken()
    {
        var now = store.Reservations;
        foreach (var (address, owner) in _before)
        {
            if (!ModelStore.HasNoName(owner)
                && (node.Pods[owner].Known == Knowledge.Nothing || node.Pods[owner].Addresses.Contains(address)))
                Assert.True(now.GetValueOrDefault(address) == owner, $"{address} of {owner} was taken: {node.Pods[owner].Known}");
        }
    }

    /// <summary>Asserts that deleted reservations of running pods are restored.</summary>
    internal void AssertLivingAreReserved()
    {
        var now = store.Reservations;
        foreach (var pod in node.Living.Where(node.IsProvenUp))
        {
            foreach (var address in pod.Addresses)
                Assert.True(now.GetValueOrDefault(address) == pod.Owner, $"{pod} lives, and {address} is not reserved for it");
        }
    }

    /// <summary>Asserts that a refused ADD had no free address.</summary>
    internal void AssertRefusal(CniException refusal, ModelAdd call)
    {
        var owner = call.Owner;
        var text = refusal.Message;
        if (text.Contains("duplicate allocation", StringComparison.Ordinal))
        {
            Assert.True(node.Pods.TryGetValue(owner, out var pod), $"{owner} is not there: {text}");
            Assert.False(
                node.IsProvenGone(pod, countsLink: !call.IsBridge) && !HeldBefore(owner).Exists(one => node.UserOf(one) is not null),
                $"{owner} is gone: {text}");
        }
        else if (text.Contains("requested IP address", StringComparison.Ordinal))
        {
            Assert.True(IsTaken(call.Wanted!), text);
        }
        else
        {
            Assert.Contains("no IP addresses available", text, StringComparison.Ordinal);
            Assert.All(Candidates.List(SetOf(text), null), one => Assert.True(IsTaken(one.Address), $"{one.Address} can be had: {text}"));
        }
    }

    RangeSet SetOf(string refusal)
    {
        const string Before = "failed to allocate for range ";
        var number = refusal[(refusal.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..];
        return sets[int.Parse(number[..number.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture)];
    }

    /// <summary>Returns true if the address belongs to a pod that is not proven gone, or to one with a restored reservation.</summary>
    bool IsTaken(IpAddress address) => _ofLinks.Contains(address) ||
        node.UsersOf(address).Any(user => node.IsProvenUp(user) || store.Reservations.GetValueOrDefault(address) == user.Owner) ||
        (_before.TryGetValue(address, out var owner) && !ModelStore.HasNoName(owner) &&
            (node.UserOf(address) is not null || !node.IsProvenGone(node.Pods[owner])));

    /// <summary>Asserts that a failed ADD leaves nothing new except a restored reservation of its own owner.</summary>
    internal void AssertNothingNew(ReservationOwner owner)
    {
        var held = HeldBefore(owner);
        Assert.All(store.AddressesOf(owner), address =>
            Assert.True(
                held.Contains(address) || node.UsersOf(address).Any(user => user.Owner == owner)
                || _ofLinks.Contains(address), $"an ADD of {owner} failed and left {address}"));
    }

    /// <summary>Asserts that reservations without proof are unchanged, and that proven leaks are released.</summary>
    internal void AssertOnlyLeaksAreFreed(bool isComplete)
    {
        var now = store.Reservations;
        foreach (var (address, owner) in _before)
        {
            if (ModelStore.HasNoName(owner))
                continue;
            var pod = node.Pods[owner];
            // The record of a former attachment counts for a file with the same coarse time, if the current record was not written.
            var isOfLivingNamespace = pod.Known == Knowledge.Recorded && pod.Origins.TrueForAll(node.IsThere);
            if (pod.Known == Knowledge.Nothing || node.UserOf(address) is not null || isOfLivingNamespace)
                Assert.True(now.ContainsKey(address), $"{address} of {owner} was freed");
            else if (isComplete && node.IsProvenGone(pod))
                Assert.False(now.ContainsKey(address), $"{address} of {owner} was not freed");
        }
    }
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The chains of <see cref="NetworkMasquerade"/> in nftables: one base chain for each, with one rule and two sets.
/// </summary>
sealed class MasqueradeRules(NftSocket socket, MasqueradeRecords records, TextWriter log)
{
    /// <summary>The number of tries; more than one is needed only if several first ADDs of a network meet.</summary>
    const int Attempts = 5;

    /// <summary>
    /// Creates the chain unless it exists. Two looks are enough for nearly every ADD: at the chain and at its record. A new chain
    /// keeps former ranges that pods still use: these pods are masqueraded as before.
    /// </summary>
    /// <returns>True if something was changed.</returns>
    internal bool Ensure(NetworkMasquerade wanted)
    {
        if (socket.TryGetChain(wanted.Chain) is not null)
        {
            SaveIfLost(wanted);
            return false;
        }
        using var guard = StateLock.TryAcquire(records.Lock, "the masquerades", log);
        return Repeat(() =>
        {
            if (socket.TryGetChain(wanted.Chain) is not null)
                return false;
            var chains = ListChains(wanted);
            var former = FindFormerRanges(wanted, chains).InUse(wanted.From);
            // The records come first, so that repair can create every chain that has existed.
            Save(former);
            records.Configured.TrySave(new MasqueradeRecord(wanted, wanted.Chain.Name), log);
            socket.Commit(Making(wanted.With(former), wanted.Chain, chains));
            return true;
        });
    }

    /// <summary>Saves the record of a chain again: an ADD that could not write it left none, and a person may have deleted it.</summary>
    void SaveIfLost(NetworkMasquerade wanted)
    {
        var name = MasqueradeRecord.NameOf(wanted.Network, wanted.Family);
        if (records.Configured.Has(name))
            return;
        using var guard = StateLock.TryAcquire(records.Lock, "the masquerades", log);
        // Another process may have removed the masquerade, or saved the record, meanwhile.
        if (socket.TryGetChain(wanted.Chain) is not null && !records.Configured.Has(name))
            records.Configured.TrySave(new MasqueradeRecord(wanted, wanted.Chain.Name), log);
    }

    /// <summary>
    /// Finds the ranges that the records and the chains of the network have. Of a range that only a chain has, the record was lost:
    /// then the store of its reservations is unknown.
    /// </summary>
    FormerRanges FindFormerRanges(NetworkMasquerade wanted, List<ChainEntry> chains)
    {
        var name = MasqueradeRecord.NameOf(wanted.Network, wanted.Family);
        var ranges = new List<FormerRange>(records.Former.TryRead(name)?.Ranges ?? []);
        if (records.Configured.TryRead(name)?.Masquerade is { } configured)
        {
            foreach (var span in configured.From)
                ranges.Add(new FormerRange(span, configured.Store));
        }
        var known = AddressSpan.Merge([.. wanted.From, .. ranges.Select(range => range.Span)]);
        foreach (var chain in chains)
        {
            foreach (var span in ListSpans(SetsOf(wanted.Table.Chain(chain.Name)).From))
            {
                if (!known.Any(range => range.Contains(span)))
                    ranges.Add(new FormerRange(span, ""));
            }
        }
        return new FormerRanges(wanted.Network, wanted.Family, ranges);
    }

    void Save(FormerRanges former)
    {
        var name = MasqueradeRecord.NameOf(former.Network, former.Family);
        if (former.Ranges.Count > 0)
            records.Former.TrySave(former, log);
        else if (records.Former.Has(name))
            records.Former.TryDelete(name, log);
    }

    /// <summary>
    /// Removes former ranges that no pod uses any more, so that pods reach a network outside that has such a range now. Where there
    /// are no former ranges, this costs one look for their record.
    /// </summary>
    internal void RemoveFormerRanges(string network, AddressFamily family)
    {
        var name = MasqueradeRecord.NameOf(network, family);
        if (!records.Former.Has(name))
            return;
        using var guard = StateLock.TryAcquire(records.Lock, "the masquerades", log);
        if (records.Former.TryRead(name) is not { } former || records.Configured.TryRead(name) is not { } record)
            return;
        var used = former.InUse(record.Masquerade.From);
        if (used.Ranges.Count == former.Ranges.Count)
            return;
        var chain = record.Masquerade.Table.Chain(record.Chain);
        Repeat(() =>
        {
            // A chain that is missing is for repair, or for the next ADD, to create.
            if (socket.TryGetChain(chain) is not null)
                socket.Commit(Making(record.Masquerade.With(used), chain, ListChains(record.Masquerade)));
            return true;
        });
        Save(used);
    }

    /// <summary>Creates the complete chain if a part of it is missing. Returns false if none is.</summary>
    internal bool Restore(MasqueradeRecord record)
    {
        var whole = WithFormerRanges(record);
        return Repeat(() =>
        {
            var chains = ListChains(whole.Masquerade);
            if (IsIntact(whole, chains))
                return false;
            socket.Commit(Making(whole.Masquerade, whole.Masquerade.Table.Chain(whole.Chain), chains));
            return true;
        });
    }

    MasqueradeRecord WithFormerRanges(MasqueradeRecord record) =>
        records.Former.TryRead(MasqueradeRecord.NameOf(record.Masquerade.Network, record.Masquerade.Family)) is { } former
            ? record with { Masquerade = record.Masquerade.With(former) }
            : record;

    /// <summary>Tells whether the network has exactly this chain, complete.</summary>
    internal bool IsIntact(MasqueradeRecord record) => IsIntact(WithFormerRanges(record), ListChains(record.Masquerade));

    bool IsIntact(MasqueradeRecord record, List<ChainEntry> chains)
    {
        if (chains is not [{ } only] || only.Name != record.Chain || only.Hook != ChainHook.NatPostrouting)
            return false;
        var ends = new List<IpAddress>();
        foreach (var span in record.Masquerade.From)
            ends.AddRange([span.First, span.Last]);
        return Serves(record.Masquerade with { PodAddresses = ends }, record.Masquerade.Table.Chain(record.Chain));
    }

    /// <summary>Repeats a change if another process has created or deleted one of its chains meanwhile.</summary>
    static bool Repeat(Func<bool> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return change();
            }
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    NftBatch Making(NetworkMasquerade wanted, ChainName chain, List<ChainEntry> replaced)
    {
        var batch = new NftBatch();
        foreach (var entry in replaced)
            Delete(batch, wanted.Table.Chain(entry.Name));
        Add(batch, chain, wanted);
        return batch;
    }

    /// <summary>Removes all chains of a network that no longer masquerades.</summary>
    internal void Remove(NetworkMasquerade unwanted)
    {
        var batch = new NftBatch();
        foreach (var entry in ListChains(unwanted))
            Delete(batch, unwanted.Table.Chain(entry.Name));
        socket.Commit(batch);
        records.Configured.TryDelete(MasqueradeRecord.NameOf(unwanted.Network, unwanted.Family), log);
        Save(new FormerRanges(unwanted.Network, unwanted.Family, []));
    }

    static void Add(NftBatch batch, ChainName chain, NetworkMasquerade wanted)
    {
        var (from, inside) = SetsOf(chain);
        batch.Add(
            new NewTable(chain.Table),
            // Of two processes that create the chain, the second must fail, or the chain would have two rules.
            new NewChain(chain)
            {
                Hook = ChainHook.NatPostrouting,
                Policy = Verdict.Accept,
                Comment = wanted.Comment,
                IsExclusive = true,
            },
            NewSet(from, wanted.Family),
            NewSet(inside, wanted.Family));
        batch.AddElements(from, Elements(wanted.From)).AddElements(inside, Elements(wanted.Inside));
        batch.Add(new NewRule(chain, Rule(chain, wanted.Family)));
    }

    void Delete(NftBatch batch, ChainName chain)
    {
        batch.Add(new FlushChain(chain), new DeleteChain(chain));
        var (from, inside) = SetsOf(chain);
        if (socket.TryGetSet(from) is not null)
            batch.Add(new DeleteSet(from));
        if (socket.TryGetSet(inside) is not null)
            batch.Add(new DeleteSet(inside));
    }

    /// <summary>ip saddr @FROM ip daddr != @INSIDE counter masquerade fully-random</summary>
    static Expression[] Rule(ChainName chain, AddressFamily family)
    {
        var (from, inside) = SetsOf(chain);
        return
        [
            Payload.SourceAddress(family), Lookup.In(from),
            Payload.DestinationAddress(family), Lookup.NotIn(inside),
            new Counter(), new Masquerade { IsFullyRandom = true },
        ];
    }

    static (SetName From, SetName Inside) SetsOf(ChainName chain) =>
        (chain.Table.Set(chain.Name + "-from"), chain.Table.Set(chain.Name + "-inside"));

    static NewSet NewSet(SetName name, AddressFamily family) =>
        new(name, family.IsV6 ? DataType.IPv6Address : DataType.IPv4Address) { IsInterval = true };

    static SetElement[] Elements(IReadOnlyList<AddressSpan> spans)
    {
        var elements = new List<SetElement>();
        foreach (var span in spans)
            elements.AddRange(Interval.Between(span.First, span.Last));
        return [.. elements];
    }

    /// <summary>Returns the network's chains for any ranges.</summary>
    List<ChainEntry> ListChains(NetworkMasquerade wanted)
    {
        var prefix = wanted.NamePrefix;
        return socket.ListChains(wanted.Table).FindAll(chain => chain.Name.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Joins each start element with the following end element; the last one may have none.</summary>
    List<AddressSpan> ListSpans(SetName set)
    {
        List<IpAddress> starts = [], ends = [];
        foreach (var element in socket.ListElements(set))
            (element.IsIntervalEnd ? ends : starts).Add(IpAddress.FromBytes(element.Key));
        ends.Sort();
        return starts.ConvertAll(start => new AddressSpan(start,
            ends.Find(end => end > start)?.Previous() ?? Cidr.Default(start.Family).Last));
    }

    /// <summary>
    /// Returns whether a chain of the network masquerades for the attachment and keeps its addresses inside the network. The chain may
    /// belong to former ranges; the next ADD creates the current one.
    /// </summary>
    internal bool Serves(NetworkMasquerade wanted) =>
        ListChains(wanted).Exists(chain => chain.Hook == ChainHook.NatPostrouting && Serves(wanted, wanted.Table.Chain(chain.Name)));

    bool Serves(NetworkMasquerade wanted, ChainName chain)
    {
        var (from, inside) = SetsOf(chain);
        return socket.ListRules(chain).Exists(rule => rule.Does(Rule(chain, wanted.Family))) &&
            socket.TryGetSet(from)?.Is(NewSet(from, wanted.Family)) == true &&
            socket.TryGetSet(inside)?.Is(NewSet(inside, wanted.Family)) == true &&
            wanted.PodAddresses.All(address => Has(from, address)) &&
            wanted.Inside.All(span => Has(inside, span.First) && Has(inside, span.Last));
    }

    bool Has(SetName set, IpAddress address) => socket.TryGetElement(set, Field.Address(address)) is not null;
}

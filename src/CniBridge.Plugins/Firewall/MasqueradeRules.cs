using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The chains of <see cref="NetworkMasquerade"/> in nftables: one base chain for each, with one rule and two sets.
/// </summary>
sealed class MasqueradeRules(NftSocket socket, Records<MasqueradeRecord> records, TextWriter log)
{
    /// <summary>The number of tries; more than one is needed only if several first ADDs of a network meet.</summary>
    const int Attempts = 5;

    /// <summary>Creates the chain unless it exists. A look is enough for nearly every ADD.</summary>
    /// <returns>True if something was changed.</returns>
    internal bool Ensure(NetworkMasquerade wanted) => Repeat(() =>
    {
        if (socket.TryGetChain(wanted.Chain) is not null)
            return false;
        var former = ListChains(wanted);
        var record = new MasqueradeRecord(Widen(wanted, former), wanted.Chain.Name);
        // The record comes first, so that repair can create every chain that has existed.
        records.TrySave(record, log);
        socket.Commit(Making(record, former));
        return true;
    });

    /// <summary>Creates the complete chain if a part of it is missing. Returns false if none is.</summary>
    internal bool Restore(MasqueradeRecord record) => Repeat(() =>
    {
        var former = ListChains(record.Masquerade);
        if (IsIntact(record, former))
            return false;
        socket.Commit(Making(record, former));
        return true;
    });

    /// <summary>Tells whether the network has exactly this chain, complete.</summary>
    internal bool IsIntact(MasqueradeRecord record) => IsIntact(record, ListChains(record.Masquerade));

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

    /// <summary>Pods of a range that the network had before may still run, and are of the network.</summary>
    NetworkMasquerade Widen(NetworkMasquerade wanted, List<ChainEntry> former)
    {
        var kept = new List<AddressSpan>();
        foreach (var entry in former)
            kept.AddRange(ListSpans(SetsOf(wanted.Table.Chain(entry.Name)).From));
        return wanted with
        {
            From = AddressSpan.Merge([.. wanted.From, .. kept]),
            Inside = AddressSpan.Merge([.. wanted.Inside, .. kept]),
        };
    }

    NftBatch Making(MasqueradeRecord record, List<ChainEntry> former)
    {
        var batch = new NftBatch();
        foreach (var entry in former)
            Delete(batch, record.Masquerade.Table.Chain(entry.Name));
        Add(batch, record.Masquerade.Table.Chain(record.Chain), record.Masquerade);
        return batch;
    }

    /// <summary>Removes all chains of a network that no longer masquerades.</summary>
    internal void Remove(NetworkMasquerade unwanted)
    {
        var batch = new NftBatch();
        foreach (var entry in ListChains(unwanted))
            Delete(batch, unwanted.Table.Chain(entry.Name));
        socket.Commit(batch);
        records.TryDelete(MasqueradeRecord.NameOf(unwanted.Network, unwanted.IsV6), log);
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
            NewSet(from, wanted.IsV6),
            NewSet(inside, wanted.IsV6));
        batch.AddElements(from, Elements(wanted.From)).AddElements(inside, Elements(wanted.Inside));
        batch.Add(new NewRule(chain, Rule(chain, wanted.IsV6)));
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
    static Expression[] Rule(ChainName chain, bool isV6)
    {
        var (from, inside) = SetsOf(chain);
        return
        [
            Payload.SourceAddress(isV6), Lookup.In(from),
            Payload.DestinationAddress(isV6), Lookup.NotIn(inside),
            new Counter(), new Masquerade { IsFullyRandom = true },
        ];
    }

    static (SetName From, SetName Inside) SetsOf(ChainName chain) =>
        (chain.Table.Set(chain.Name + "-from"), chain.Table.Set(chain.Name + "-inside"));

    static NewSet NewSet(SetName name, bool isV6) =>
        new(name, isV6 ? DataType.IPv6Address : DataType.IPv4Address) { IsInterval = true };

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
            ends.Find(end => end > start)?.Previous() ?? Cidr.Default(start.IsV6).Last));
    }

    /// <summary>
    /// Does a chain of the network masquerade for the attachment, and leave alone what is inside? It need not be the one of
    /// today's ranges, which the next ADD makes.
    /// </summary>
    internal bool Serves(NetworkMasquerade wanted) =>
        ListChains(wanted).Exists(chain => chain.Hook == ChainHook.NatPostrouting && Serves(wanted, wanted.Table.Chain(chain.Name)));

    bool Serves(NetworkMasquerade wanted, ChainName chain)
    {
        var (from, inside) = SetsOf(chain);
        return socket.ListRules(chain).Exists(rule => rule.Does(Rule(chain, wanted.IsV6))) &&
            socket.TryGetSet(from)?.Is(NewSet(from, wanted.IsV6)) == true &&
            socket.TryGetSet(inside)?.Is(NewSet(inside, wanted.IsV6)) == true &&
            wanted.PodAddresses.All(address => Has(from, address)) &&
            wanted.Inside.All(span => Has(inside, span.First) && Has(inside, span.Last));
    }

    bool Has(SetName set, IpAddress address) => socket.TryGetElement(set, Field.Address(address)) is not null;
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The chains of <see cref="NetworkMasquerade"/> in nftables: a base chain for each, with a rule and the two sets that it looks
/// into.
/// </summary>
sealed class MasqueradeRules(NftSocket socket)
{
    /// <summary>More than once only when several first ADDs of a network meet.</summary>
    const int Attempts = 5;

    /// <summary>Looks, and nearly always that is all.</summary>
    internal void Ensure(NetworkMasquerade wanted)
    {
        var chain = wanted.Chain;
        for (var attempt = 1; socket.TryGetChain(chain) is null; attempt++)
        {
            try
            {
                socket.Commit(Making(wanted, chain));
                return;
            }
            // Somebody else made the chain meanwhile, or deleted the ones that were to be replaced.
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    NftBatch Making(NetworkMasquerade wanted, ChainName chain)
    {
        var former = ListChains(wanted);
        var kept = new List<AddressSpan>();
        foreach (var entry in former)
            kept.AddRange(ListSpans(SetsOf(wanted.Table.Chain(entry.Name)).From));
        var batch = new NftBatch();
        Add(batch, chain, wanted with
        {
            // Pods of a range that the network had before may still run, and are of the network.
            From = AddressSpan.Merge([.. wanted.From, .. kept]),
            Inside = AddressSpan.Merge([.. wanted.Inside, .. kept]),
        });
        foreach (var entry in former)
            Delete(batch, wanted.Table.Chain(entry.Name));
        return batch;
    }

    static void Add(NftBatch batch, ChainName chain, NetworkMasquerade wanted)
    {
        var (from, inside) = SetsOf(chain);
        batch.Add(
            new NewTable(chain.Table),
            // Of two that make it at once the second must fail, or there would be two rules.
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

    /// <summary>The network's chains, whatever ranges they are for.</summary>
    List<ChainEntry> ListChains(NetworkMasquerade wanted)
    {
        var prefix = wanted.NamePrefix;
        return socket.ListChains(wanted.Table).FindAll(chain => chain.Name.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Each start with the end that follows it; the last may have none.</summary>
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

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// What we ask of a network namespace's tables of nftables, as verbs. Belongs to the namespace that the calling thread is in
/// when it is made. Look-ups and additions take microseconds. A batch that fails waits for a grace period of the kernel, some
/// ten milliseconds; after one that deletes anything, closing a socket does (nft_rcv_nl_event), anybody's that has been used,
/// unless so much time has passed already: what else there is to do is best done before.
/// </summary>
public sealed class NftSocket : IDisposable
{
    const int MaxAttempts = 100;

    readonly NetlinkSocket _socket = new(LibC.NETLINK_NETFILTER);

    /// <summary>Makes all changes of a batch, or none.</summary>
    /// <exception cref="KernelException">The kernel refused; named is the change that it refused first.</exception>
    public void Commit(NftBatch batch)
    {
        if (!batch.IsEmpty)
            new Transaction(_socket.Transport, batch.Messages).Run();
    }

    public TableEntry? TryGetTable(TableName table) => TryGet(new GetTable(table), TableEntry.Decode);

    public ChainEntry? TryGetChain(ChainName chain) => TryGet(new GetChain(chain), ChainEntry.Decode);

    public RuleEntry? TryGetRule(ChainName chain, ulong handle) => TryGet(new GetRule(chain, handle), RuleEntry.Decode);

    public SetEntry? TryGetSet(SetName set) => TryGet(new GetSet(set), SetEntry.Decode);

    /// <summary>The element of a key, or of a set of ranges the one that contains it; null also when there is no such set.</summary>
    public SetElement? TryGetElement(SetName set, byte[] key)
    {
        var elements = TryGet(new GetElement(set, key), SetElement.DecodeList);
        return elements is { Count: > 0 } ? elements[0] : null;
    }

    public List<TableEntry> ListTables(TableFamily family = TableFamily.Any) =>
        List(new ListTables(family), TableEntry.Decode);

    /// <summary>Of all tables of a family.</summary>
    public List<ChainEntry> ListChains(TableFamily family) => List(new ListChains(family), ChainEntry.Decode);

    public List<ChainEntry> ListChains(TableName table)
    {
        var chains = ListChains(table.Family);
        chains.RemoveAll(chain => chain.Table != table.Name);
        return chains;
    }

    public List<RuleEntry> ListRules(ChainName chain)
    {
        var rules = List(new ListRules(chain), RuleEntry.Decode);
        rules.RemoveAll(rule => rule.Table != chain.Table.Name || rule.Chain != chain.Name);
        return rules;
    }

    public List<SetEntry> ListSets(TableName table)
    {
        var sets = List(new ListSets(table), SetEntry.Decode);
        sets.RemoveAll(set => set.Table != table.Name);
        return sets;
    }

    /// <summary>Each once.</summary>
    /// <exception cref="KernelException">Its table was resized in every one of many attempts.</exception>
    public List<SetElement> ListElements(SetName set)
    {
        // The kernel goes on behind as many elements as it has told (nf_tables_dump_set): when a set's hash table was resized
        // since, and that happens some time after a set has grown or shrunk, as many as it tells twice it does not tell at all.
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (TryListElements(set) is { } elements)
                return elements;
        }
        throw new KernelException(new ListElements(set).Operation, Errno.ETIMEDOUT, "the set kept changing while it was read");
    }

    List<SetElement>? TryListElements(SetName set)
    {
        var elements = new List<SetElement>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in List(new ListElements(set), SetElement.DecodeList))
        {
            foreach (var element in part)
            {
                // A range may begin where another one ends.
                if (!seen.Add(Convert.ToHexString(element.Key) + (element.IsIntervalEnd ? " end" : "")))
                    return null;
                elements.Add(element);
            }
        }
        return elements;
    }

    T? TryGet<T>(INetlinkMessage message, NetlinkSocket.Decoder<T> decode)
        where T : class
    {
        try
        {
            return _socket.Get(message, decode);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Of what is not there, nothing.</summary>
    List<T> List<T>(INetlinkMessage message, NetlinkSocket.Decoder<T> decode)
        where T : class
    {
        try
        {
            return _socket.Dump(message, decode);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            return [];
        }
    }

    public void Dispose() => _socket.Dispose();
}

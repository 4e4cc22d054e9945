using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// The nftables requests to a network namespace. The socket belongs to the namespace of the calling thread. Requests and additions
/// take microseconds. A batch that fails waits for a grace period of the kernel, about 10 ms. After a batch that deletes anything,
/// closing any used nftables socket waits for the rest of that period (nft_rcv_nl_event). Do other work before.
/// </summary>
public sealed class NftSocket : IDisposable
{
    const int MaxAttempts = 100;

    NetlinkSocket _socket = new(LibC.NETLINK_NETFILTER);

    /// <summary>Makes all changes of a batch, or none.</summary>
    /// <exception cref="KernelException">The kernel refused the batch. The message names the first refused change.</exception>
    public void Commit(NftBatch batch)
    {
        if (!batch.IsEmpty)
            new Transaction(_socket.Transport, batch.Messages).Run();
    }

    public TableEntry? TryGetTable(TableName table) => TryGet(new GetTable(table), TableEntry.Decode);

    public ChainEntry? TryGetChain(ChainName chain) => TryGet(new GetChain(chain), ChainEntry.Decode);

    public RuleEntry? TryGetRule(ChainName chain, ulong handle) => TryGet(new GetRule(chain, handle), RuleEntry.Decode);

    public SetEntry? TryGetSet(SetName set) => TryGet(new GetSet(set), SetEntry.Decode);

    /// <summary>Returns the element with a key, or the range that contains it. Returns null if there is none, or no such set.</summary>
    public SetElement? TryGetElement(SetName set, byte[] key)
    {
        var elements = TryGet(new GetElement(set, key), SetElement.DecodeList);
        return elements is { Count: > 0 } ? elements[0] : null;
    }

    /// <summary>Returns the element of a set for all other keys; null if there is none.</summary>
    public SetElement? TryGetCatchAll(SetName set)
    {
        try
        {
            return TryGet(new GetCatchAll(set), SetElement.DecodeList) is { Count: > 0 } elements ? elements[0] : null;
        }
        catch (KernelException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP)
        {
            // Kernels before 5.13 have no such elements.
            return null;
        }
    }

    public List<TableEntry> ListTables(TableFamily family = TableFamily.Any) =>
        List(new ListTables(family), TableEntry.Decode);

    /// <summary>Returns the chains of all tables of a family.</summary>
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

    /// <summary>
    /// Returns the rules of a chain, or null if there are more than a limit. The kernel takes a time that grows with the square of their
    /// number (nf_tables_dump_rules), so the rest is not read: another socket, of the calling thread's namespace, takes over.
    /// </summary>
    internal List<RuleEntry>? TryListRules(ChainName chain, int limit)
    {
        try
        {
            var rules = _socket.TryDumpSmall(new ListRules(chain), RuleEntry.Decode, limit);
            if (rules is null)
                Reopen();
            rules?.RemoveAll(rule => rule.Table != chain.Table.Name || rule.Chain != chain.Name);
            return rules;
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            return [];
        }
    }

    void Reopen()
    {
        _socket.Dispose();
        _socket = new NetlinkSocket(LibC.NETLINK_NETFILTER);
    }

    public List<SetEntry> ListSets(TableName table)
    {
        var sets = List(new ListSets(table), SetEntry.Decode);
        sets.RemoveAll(set => set.Table != table.Name);
        return sets;
    }

    /// <summary>Returns the elements of a set, each once.</summary>
    /// <exception cref="KernelException">The kernel resized the table of the set during every attempt.</exception>
    public List<SetElement> ListElements(SetName set)
    {
        // The kernel continues a list after the number of elements that it has sent (nf_tables_dump_set). If it resizes the hash table
        // in between, some elements come twice and equally many are missing. A resize follows some time after a set has changed its size.
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
                // The start of a range may be the end of another range.
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

    /// <summary>Returns a list, which is empty if the table, chain or set does not exist.</summary>
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

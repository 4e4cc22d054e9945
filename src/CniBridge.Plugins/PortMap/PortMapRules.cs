using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Plugins.PortMap;

/// <summary>The implementation of <see cref="HostPortTable"/> in nftables.</summary>
sealed class PortMapRules(NftSocket socket)
{
    /// <summary>The number of tries; more than one is needed only if other processes change the same elements.</summary>
    const int Attempts = 5;

    static readonly HostPortTable[] s_tables = [new(AddressFamily.IPv4), new(AddressFamily.IPv6)];

    internal SetElement? Find(HostPortElement element) => socket.TryGetElement(element.Set, element.Element.Key);

    /// <inheritdoc cref="INodePorts.Apply"/>
    internal void Apply(HostPortChange change, bool remakesRules)
    {
        var batch = new NftBatch();
        foreach (var table in s_tables)
        {
            var (removed, added) = (Select(table, change.Removed), Select(table, change.Added));
            // Of two processes that add the rules, the second must fail, or each rule would exist twice.
            if (added.Count > 0 && (remakesRules || socket.TryGetChain(table.Translation) is null))
                AddRules(batch, table, isExclusive: !remakesRules);
            foreach (var set in table.Sets)
            {
                batch.DeleteElements(set.Set, In(set.Set, removed));
                batch.CreateElements(set.Set, In(set.Set, added));
            }
        }
        socket.Commit(batch);
    }

    /// <summary>
    /// Adds missing rules and missing elements of records, in one batch per family. An element with the same key and another owner stays.
    /// </summary>
    internal void Restore(IReadOnlyList<HostPortRecord> records)
    {
        var wanted = new List<HostPortElement>();
        var keys = new HashSet<string>();
        foreach (var record in records)
        {
            foreach (var element in HostPortElement.List(record))
            {
                if (keys.Add(element.Key))
                    wanted.Add(element);
            }
        }
        foreach (var table in s_tables)
            Restore(table, Select(table, wanted));
    }

    void Restore(HostPortTable table, List<HostPortElement> wanted)
    {
        for (var attempt = 1; wanted.Count > 0; attempt++)
        {
            var batch = new NftBatch();
            if (FindDamage(table) is not null)
                AddRules(batch, table, isExclusive: false);
            var missing = wanted.FindAll(element => Find(element) is null);
            foreach (var set in table.Sets)
                batch.CreateElements(set.Set, In(set.Set, missing));
            try
            {
                socket.Commit(batch);
                return;
            }
            // Another process has added or deleted some of them meanwhile.
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    /// <summary>Adds the rules so that each chain contains them exactly once.</summary>
    static void AddRules(NftBatch batch, HostPortTable table, bool isExclusive)
    {
        batch.Add(new NewTable(table.Name));
        foreach (var set in table.Sets)
            batch.Add(set);
        // All chains precede the rules, because a rule jumps to another chain.
        foreach (var (chain, _) in table.Chains)
            batch.Add(chain with { IsExclusive = isExclusive && chain.Chain == table.Translation }, new FlushChain(chain.Chain));
        foreach (var (chain, rules) in table.Chains)
        {
            foreach (var rule in rules)
                batch.Add(new NewRule(chain.Chain, rule));
        }
    }

    /// <inheritdoc cref="INodePorts.FindDamage"/>
    internal string? FindDamage(AddressFamily family) => FindDamage(new HostPortTable(family));

    string? FindDamage(HostPortTable table)
    {
        foreach (var set in table.Sets)
        {
            if (socket.TryGetSet(set.Set)?.Is(set) != true)
                return $"the set {set.Set} is missing";
        }
        foreach (var (chain, rules) in table.Chains)
        {
            if (socket.TryGetChain(chain.Chain) is not { } there || there.Hook != chain.Hook)
                return $"the chain {chain.Chain} is missing";
            if (!AreWhole(chain.Chain, rules))
                return $"the rules of the chain {chain.Chain} are not those that were made";
        }
        return null;
    }

    bool AreWhole(ChainName chain, Expression[][] rules)
    {
        var there = socket.ListRules(chain);
        if (there.Count != rules.Length)
            return false;
        for (var i = 0; i < rules.Length; i++)
        {
            if (!there[i].Does(rules[i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc cref="INodePorts.List"/>
    internal List<HostPortElement> List()
    {
        var elements = new List<HostPortElement>();
        foreach (var table in s_tables)
        {
            foreach (var set in table.Sets)
            {
                foreach (var element in socket.ListElements(set.Set))
                    elements.Add(new HostPortElement(table.Family, set.Set, element, $"an element of {set.Set}"));
            }
        }
        elements.RemoveAll(element => element.IsShared);
        return elements;
    }

    static List<HostPortElement> Select(HostPortTable table, IReadOnlyList<HostPortElement> elements)
    {
        var found = new List<HostPortElement>();
        foreach (var element in elements)
        {
            if (element.Family == table.Family)
                found.Add(element);
        }
        return found;
    }

    static SetElement[] In(SetName set, List<HostPortElement> elements)
    {
        var found = new List<SetElement>();
        foreach (var element in elements)
        {
            if (element.Set == set)
                found.Add(element.Element);
        }
        return [.. found];
    }
}

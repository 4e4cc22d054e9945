using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>A reader of a table of nf_tables. It reads each chain and set once.</summary>
public sealed class NftTableReader(NftSocket socket, TableName table) : ITableReader
{
    readonly Dictionary<string, IReadOnlyList<RuleEntry>?> _rules = [];
    readonly Dictionary<string, SetEntry?> _sets = [];

    /// <summary>
    /// Returns the rules of a chain; null if iptables gave the chain a name that nft cannot parse, or if there are too many.
    /// </summary>
    public IReadOnlyList<RuleEntry>? ListRules(string chain)
    {
        if (_rules.TryGetValue(chain, out var known))
            return known;
        return NftName.IsName(chain) ? _rules[chain] = socket.TryListRules(table.Chain(chain), ITableReader.MaxRules) : null;
    }

    public SetEntry? FindSet(string set)
    {
        if (_sets.TryGetValue(set, out var known))
            return known;
        return _sets[set] = NftName.IsName(set) ? socket.TryGetSet(table.Set(set)) : null;
    }

    public SetElement? FindElement(string set, byte[] key) => socket.TryGetElement(table.Set(set), key)
        ?? socket.TryGetCatchAll(table.Set(set));

    public IReadOnlyList<SetElement> ListElements(string set) => socket.ListElements(table.Set(set));
}

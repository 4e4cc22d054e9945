using System.Buffers.Binary;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>
/// A table of iptables-legacy: struct ipt_getinfo and the entries, one behind the other. Its rules are translated to expressions of
/// nftables, so that one evaluation serves both.
/// </summary>
public sealed class XTable : ITableReader
{
    // struct ipt_getinfo { char name[32]; unsigned int valid_hooks, hook_entry[5], underflow[5], num_entries, size; };
    internal const int InfoSize = 84;
    const int ValidHooksOffset = 32, EntryOffset = 36, UnderflowOffset = 56;
    internal const int SizeOffset = 80;

    /// <summary>The names of the built-in chains by the number of the hook.</summary>
    static readonly string[] s_builtIn = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    readonly string _name;
    readonly AddressFamily _family;
    readonly List<string> _chains = [];
    readonly List<ChainEntry> _baseChains = [];
    readonly Dictionary<string, List<XTableEntry>> _entries = [];
    Dictionary<int, string> _starts = [];

    XTable(ReadOnlySpan<byte> info, AddressFamily family) => (_name, _family) = (XTableEntry.TextOf(info[..ValidHooksOffset]), family);

    /// <summary>The names of the user-defined chains.</summary>
    public IReadOnlyList<string> Chains => _chains;

    /// <summary>The built-in chains with their policies.</summary>
    public IReadOnlyList<ChainEntry> BaseChains => _baseChains;

    /// <summary>
    /// Returns the rules of a chain; null if there is no such chain, or if it has too many. The handles of the rules are their numbers,
    /// beginning with 1, as iptables prints them.
    /// </summary>
    public IReadOnlyList<RuleEntry>? ListRules(string chain)
    {
        if (!_entries.TryGetValue(chain, out var entries) || entries.Count > ITableReader.MaxRules)
            return null;
        var rules = new List<RuleEntry>(entries.Count);
        foreach (var entry in entries)
            rules.Add(new RuleEntry(_name, chain) { Handle = (ulong)rules.Count + 1, Expressions = entry.Translate(_starts) });
        return rules;
    }

    /// <summary>Returns null, because iptables-legacy has no sets of nftables.</summary>
    public SetEntry? FindSet(string set) => null;

    public SetElement? FindElement(string set, byte[] key) => null;

    public IReadOnlyList<SetElement> ListElements(string set) => [];

    /// <exception cref="InvalidDataException">The bytes do not have the kernel's layout.</exception>
    internal static XTable Decode(ReadOnlySpan<byte> info, ReadOnlySpan<byte> bytes, AddressFamily family)
    {
        var table = new XTable(info, family);
        var layout = family.IsV6 ? EntryLayout.V6 : EntryLayout.V4;
        var entries = new List<XTableEntry>();
        var copy = bytes.ToArray();
        for (var offset = 0; offset < bytes.Length;)
        {
            var length = layout.ReadLength(bytes, offset);
            entries.Add(XTableEntry.Decode(copy, offset, length, layout));
            offset += length;
        }
        table._starts = table.FindStarts(entries, info);
        table.Add(entries, FindPolicies(info));
        return table;
    }

    /// <summary>Returns the names of all chains by the offsets of their first entries.</summary>
    Dictionary<int, string> FindStarts(List<XTableEntry> entries, ReadOnlySpan<byte> info)
    {
        var starts = new Dictionary<int, string>();
        for (var hook = 0; hook < NF_INET_NUMHOOKS; hook++)
        {
            if (HasHook(info, hook))
                starts[ReadOffset(info, EntryOffset, hook)] = s_builtIn[hook];
        }
        foreach (var entry in entries)
        {
            if (entry.ChainName is not { } chain)
                continue;
            _chains.Add(chain);
            starts[entry.End] = chain;
        }
        return starts;
    }

    /// <summary>Returns the hooks by the offsets of the entries that contain their policies.</summary>
    static Dictionary<int, int> FindPolicies(ReadOnlySpan<byte> info)
    {
        var policies = new Dictionary<int, int>();
        for (var hook = 0; hook < NF_INET_NUMHOOKS; hook++)
        {
            if (HasHook(info, hook))
                policies[ReadOffset(info, UnderflowOffset, hook)] = hook;
        }
        return policies;
    }

    static bool HasHook(ReadOnlySpan<byte> info, int hook) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(info[ValidHooksOffset..]) & (1u << hook)) != 0;

    static int ReadOffset(ReadOnlySpan<byte> info, int offset, int hook) =>
        BinaryPrimitives.ReadInt32LittleEndian(info[(offset + (sizeof(int) * hook))..]);

    void Add(List<XTableEntry> entries, Dictionary<int, int> policies)
    {
        var rules = new List<XTableEntry>();
        foreach (var entry in entries)
        {
            if (_starts.TryGetValue(entry.Offset, out var name))
                _entries[name] = rules = [];
            if (policies.TryGetValue(entry.Offset, out var hook))
                AddBaseChain(hook, entry.Verdict(_starts));
            else if (!entry.IsHead)
                rules.Add(entry);
        }
    }

    void AddBaseChain(int hook, Verdict? policy) => _baseChains.Add(
        new ChainEntry(_family.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4, _name, s_builtIn[hook])
        {
            Hook = new ChainHook(_name == "nat" ? "nat" : "filter", (uint)hook, PriorityOf(_name)),
            Policy = policy,
        });

    /// <summary>NF_IP_PRI_RAW, NF_IP_PRI_MANGLE, NF_IP_PRI_SECURITY, NF_IP_PRI_FILTER</summary>
    static int PriorityOf(string table) => table switch
    {
        "raw" => -300,
        "mangle" => -150,
        "security" => 50,
        _ => 0,
    };
}

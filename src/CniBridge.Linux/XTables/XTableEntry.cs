using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>An entry of a table of iptables-legacy: a rule, the head of a user-defined chain, or the end of the table.</summary>
sealed class XTableEntry
{
    // struct xt_entry_target { __u16 target_size; char name[29]; __u8 revision; }, followed by a verdict or a chain's name.
    // struct xt_entry_match has the same layout.
    const int ExtensionHeaderSize = 32, NameOffset = 2, RevisionOffset = 31;

    readonly int _verdict;
    readonly string _target;
    readonly bool _isGoto;
    readonly int _targetOffset;
    readonly byte[] _table;
    readonly EntryLayout _layout;

    XTableEntry(byte[] table, int offset, int length, EntryLayout layout)
    {
        (_table, _layout) = (table, layout);
        ReadOnlySpan<byte> entry = table.AsSpan(offset, length);
        _targetOffset = layout.ReadTargetOffset(entry);
        var target = entry[_targetOffset..];
        if (target.Length <= ExtensionHeaderSize)
            throw new InvalidDataException("an entry of iptables without a target");
        (Offset, End) = (offset, offset + entry.Length);
        _target = TextOf(target[NameOffset..RevisionOffset]);
        var data = target[ExtensionHeaderSize..];
        // A user-defined chain starts with an entry that contains its name. The end of the table looks the same, with the name ERROR.
        IsHead = _target == "ERROR";
        if (IsHead && TextOf(data) is not "ERROR" and { Length: > 0 } chain)
            ChainName = chain;
        _verdict = _target.Length == 0 && data.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(data) : End;
        _isGoto = layout.IsGoto(entry);
    }

    internal int Offset { get; }

    /// <summary>The offset behind the entry.</summary>
    internal int End { get; }

    /// <summary>True for the head of a user-defined chain, and for the end of the table.</summary>
    internal bool IsHead { get; }

    /// <summary>The name of the chain that starts behind this entry, or null.</summary>
    internal string? ChainName { get; }

    internal static XTableEntry Decode(byte[] table, int offset, int length, EntryLayout layout) => new(table, offset, length, layout);

    static void ReadMatches(ReadOnlySpan<byte> matches, List<ExpressionEntry> conditions)
    {
        while (!matches.IsEmpty)
        {
            var size = matches.Length < ExtensionHeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(matches);
            if (size < ExtensionHeaderSize || size > matches.Length)
                throw new InvalidDataException($"a match of iptables says that it has {size} bytes, {matches.Length} are there");
            var match = new XtExtension(
                TextOf(matches[NameOffset..RevisionOffset]), matches[RevisionOffset], matches[ExtensionHeaderSize..size].ToArray());
            conditions.Add(match.Encode(XtExtension.Match));
            matches = matches[size..];
        }
    }

    /// <summary>Returns the rule as expressions of nftables.</summary>
    /// <param name="starts">The names of all chains by the offsets of their first entries.</param>
    internal List<ExpressionEntry> Translate(Dictionary<int, string> starts)
    {
        ReadOnlySpan<byte> entry = _table.AsSpan(Offset, End - Offset);
        var steps = XTableConditions.Translate(entry[.._targetOffset], _layout);
        ReadMatches(entry[_layout.HeaderSize.._targetOffset], steps);
        var target = entry[_targetOffset..];
        if (_target.Length > 0)
            steps.Add(new XtExtension(_target, target[RevisionOffset], target[ExtensionHeaderSize..].ToArray()).Encode(XtExtension.Target));
        else if (Verdict(starts) is { } verdict)
            steps.Add(ExpressionEntry.Create(new Decide(verdict)));
        return steps;
    }

    /// <summary>Returns the verdict of the standard target; null for a rule without a target.</summary>
    internal Verdict? Verdict(Dictionary<int, string> starts) => _verdict switch
    {
        -NF_DROP - 1 => Nftables.Protocol.Verdict.Drop,
        -NF_ACCEPT - 1 => Nftables.Protocol.Verdict.Accept,
        XT_RETURN => Nftables.Protocol.Verdict.Return,
        < 0 => new Verdict(-_verdict - 1),
        _ when _verdict == End => null,
        _ when starts.TryGetValue(_verdict, out var chain) => new Verdict(_isGoto ? NFT_GOTO : NFT_JUMP, chain),
        _ => throw new InvalidDataException($"a rule of iptables jumps to {_verdict}, where no chain starts"),
    };

    internal static string TextOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

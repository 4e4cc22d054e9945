using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Addresses;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>
/// A table of iptables-legacy: struct ipt_getinfo and the entries, one behind the other. Only the parts are decoded that show who
/// added chains and whether forwarding is dropped.
/// </summary>
public sealed class XTable
{
    // struct ipt_getinfo { char name[32]; unsigned int valid_hooks, hook_entry[5], underflow[5], num_entries, size; };
    internal const int InfoSize = 84;
    const int ValidHooksOffset = 32, UnderflowOffset = 56;
    internal const int SizeOffset = 80;

    // struct xt_entry_target { __u16 target_size; char name[29]; __u8 revision; }, followed by a verdict or a chain's name.
    const int TargetHeaderSize = 32;

    readonly List<string> _chains = [];
    readonly List<(byte[] Name, byte[] Mask)> _acceptedInputs = [];

    /// <summary>The names of the user-defined chains.</summary>
    public IReadOnlyList<string> Chains => _chains;

    /// <summary>True if the policy of the chain FORWARD is DROP.</summary>
    public bool DropsForwarded { get; private set; }

    XTable()
    {
    }

    /// <exception cref="InvalidDataException">The bytes do not have the kernel's layout.</exception>
    internal static XTable Decode(ReadOnlySpan<byte> info, ReadOnlySpan<byte> entries, AddressFamily family)
    {
        var table = new XTable();
        var layout = family.IsV6 ? EntryLayout.V6 : EntryLayout.V4;
        for (var offset = 0; offset < entries.Length;)
        {
            var length = layout.ReadLength(entries, offset);
            table.Read(entries.Slice(offset, length), layout, FindHook(info, offset));
            offset += length;
        }
        return table;
    }

    /// <summary>Returns the hook whose policy the entry is, or -1.</summary>
    static int FindHook(ReadOnlySpan<byte> info, int offset)
    {
        var validHooks = BinaryPrimitives.ReadUInt32LittleEndian(info[ValidHooksOffset..]);
        for (var hook = 0; hook < NF_INET_NUMHOOKS; hook++)
        {
            var policy = BinaryPrimitives.ReadInt32LittleEndian(info[(UnderflowOffset + (4 * hook))..]);
            if ((validHooks & (1u << hook)) != 0 && policy == offset)
                return hook;
        }
        return -1;
    }

    void Read(ReadOnlySpan<byte> entry, EntryLayout layout, int hook)
    {
        var target = entry[layout.ReadTargetOffset(entry)..];
        if (target.Length <= TargetHeaderSize)
            throw new InvalidDataException("an entry of iptables without a target");
        var name = TextOf(target[2..TargetHeaderSize]);
        var data = target[TargetHeaderSize..];
        // A user-defined chain starts with an entry that contains its name. The end of the table looks the same, with the name ERROR.
        if (name == "ERROR" && TextOf(data) is not "ERROR" and { Length: > 0 } chain)
            _chains.Add(chain);
        if (name.Length > 0 || data.Length < 4)
            return;
        var verdict = BinaryPrimitives.ReadInt32LittleEndian(data);
        if (hook == NF_INET_FORWARD)
            DropsForwarded = verdict == -NF_DROP - 1;
        else if (hook < 0 && verdict == -NF_ACCEPT - 1)
            _acceptedInputs.Add((layout.ReadInput(entry), layout.ReadInputMask(entry)));
    }

    /// <summary>
    /// Tells whether any rule of any chain accepts packets that arrive on a link. Other conditions of the rule are ignored.
    /// </summary>
    public bool MayAccept(string link)
    {
        var name = Encoding.ASCII.GetBytes(link);
        foreach (var (accepted, mask) in _acceptedInputs)
        {
            var matches = true;
            for (var i = 0; i < mask.Length; i++)
                matches &= (((i < name.Length ? name[i] : 0) ^ accepted[i]) & mask[i]) == 0;
            if (matches)
                return true;
        }
        return false;
    }

    static string TextOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

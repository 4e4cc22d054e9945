using System.Buffers.Binary;

namespace CniBridge.Linux.XTables;

/// <summary>The offsets in an entry: struct ipt_entry or struct ip6t_entry, behind struct ipt_ip or struct ip6t_ip6.</summary>
/// <param name="input">Offset of iniface, which has IFNAMSIZ bytes.</param>
/// <param name="inputMask">Offset of iniface_mask.</param>
/// <param name="targetOffset">Offset of target_offset; next_offset follows it.</param>
/// <param name="headerSize">Size of the entry before its matches and its target.</param>
sealed class EntryLayout(int input, int inputMask, int targetOffset, int headerSize)
{
    internal int Input => input;

    internal int InputMask => inputMask;

    internal int TargetOffset => targetOffset;

    internal int HeaderSize => headerSize;

    const int NameSize = 16;

    internal static readonly EntryLayout V4 = new(16, 48, 88, 112);
    internal static readonly EntryLayout V6 = new(64, 96, 140, 168);

    /// <exception cref="InvalidDataException">The entry ends behind the end of the table.</exception>
    internal int ReadLength(ReadOnlySpan<byte> entries, int offset)
    {
        var rest = entries.Length - offset;
        var length = rest < HeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(entries[(offset + TargetOffset + 2)..]);
        return length >= HeaderSize && length <= rest
            ? length
            : throw new InvalidDataException($"an entry of iptables says that it has {length} bytes, {rest} are there");
    }

    internal int ReadTargetOffset(ReadOnlySpan<byte> entry)
    {
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(entry[TargetOffset..]);
        return offset >= HeaderSize && offset <= entry.Length
            ? offset
            : throw new InvalidDataException($"an entry of iptables has its target at {offset} of {entry.Length} bytes");
    }

    internal byte[] ReadInput(ReadOnlySpan<byte> entry) => entry.Slice(Input, NameSize).ToArray();

    internal byte[] ReadInputMask(ReadOnlySpan<byte> entry) => entry.Slice(InputMask, NameSize).ToArray();
}

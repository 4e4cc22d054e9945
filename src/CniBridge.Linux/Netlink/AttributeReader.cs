using System.Buffers.Binary;
using System.Text;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>A reader of netlink attributes. It checks each length against the remaining bytes before use.</summary>
public ref struct AttributeReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The attribute's type without flag bits. Callers skip unknown types.</summary>
    public ushort Type { get; private set; }

    /// <summary>True if the sender marked the value as nested attributes; the kernel often does not mark it.</summary>
    public bool IsNested { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next attribute. Returns false at the end.</summary>
    /// <exception cref="InvalidDataException">A length is impossible.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < AttributeHeaderSize)
            throw new InvalidDataException($"netlink attribute header cut short: {_rest.Length} of {AttributeHeaderSize} bytes");
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        var type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]);
        Type = (ushort)(type & NLA_TYPE_MASK);
        IsNested = (type & NLA_F_NESTED) != 0;
        if (length < AttributeHeaderSize || length > _rest.Length)
            throw new InvalidDataException($"netlink attribute {Type} says it has {length} bytes, {_rest.Length} are there");
        Value = _rest[AttributeHeaderSize..length];
        _rest = _rest[Math.Min(MessageWriter.Align(length), _rest.Length)..];
        return true;
    }

    public readonly AttributeReader Nested => new(Value);

    public readonly uint UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(Exactly(4));

    public readonly int Int32 => BinaryPrimitives.ReadInt32LittleEndian(Exactly(4));

    public readonly ushort UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(Exactly(2));

    /// <summary>The value as a number in network byte order, which netfilter uses.</summary>
    public readonly uint UInt32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(Exactly(4));

    public readonly ushort UInt16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(Exactly(2));

    public readonly ulong UInt64BigEndian => BinaryPrimitives.ReadUInt64BigEndian(Exactly(8));

    public readonly byte Byte => Exactly(1)[0];

    /// <summary>The value as text, up to its terminating zero.</summary>
    public readonly string Text
    {
        get
        {
            var end = Value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }

    readonly ReadOnlySpan<byte> Exactly(int size) => Value.Length == size
        ? Value
        : throw new InvalidDataException($"netlink attribute {Type} has {Value.Length} bytes, not {size}");
}

using System.Buffers.Binary;
using System.Text;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>Walks over attributes, believing no length before it is checked against what is left.</summary>
public ref struct AttributeReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Without the flag bits; unknown types are for the caller to skip.</summary>
    public ushort Type { get; private set; }

    /// <summary>Does the sender say that the value is attributes? The kernel often does not.</summary>
    public bool IsNested { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <exception cref="InvalidDataException">A length that cannot be true.</exception>
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

    /// <summary>A number as netfilter gives it.</summary>
    public readonly uint UInt32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(Exactly(4));

    public readonly ushort UInt16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(Exactly(2));

    public readonly ulong UInt64BigEndian => BinaryPrimitives.ReadUInt64BigEndian(Exactly(8));

    public readonly byte Byte => Exactly(1)[0];

    /// <summary>Text up to the zero that ends it.</summary>
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

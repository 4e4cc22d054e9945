using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// A writer of netlink messages and attributes. It writes into the caller's zeroed buffer, and into a larger one of its own when
/// that is full. Begin methods return the start of an element; End writes its length there and aligns the next element.
/// </summary>
public ref struct MessageWriter(Span<byte> buffer)
{
    Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    // struct nlmsghdr { __u32 nlmsg_len; __u16 nlmsg_type; __u16 nlmsg_flags; __u32 nlmsg_seq; __u32 nlmsg_pid; };
    internal int BeginMessage(ushort type, ushort flags, uint sequence)
    {
        var start = Length;
        var header = Room(MessageHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
        Length += MessageHeaderSize;
        return start;
    }

    internal readonly void EndMessage(int start) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[start..], (uint)(Length - start));

    // struct nlattr { __u16 nla_len; __u16 nla_type; };
    public int Begin(ushort type)
    {
        var start = Length;
        BinaryPrimitives.WriteUInt16LittleEndian(Room(AttributeHeaderSize)[2..], type);
        Length += AttributeHeaderSize;
        return start;
    }

    /// <summary>Begins an attribute with nested attributes and marks it so; the kernel does not require the mark.</summary>
    public int BeginNest(ushort type) => Begin((ushort)(type | NLA_F_NESTED));

    public void End(int start)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[start..], checked((ushort)(Length - start)));
        Length = Align(Length);
    }

    /// <summary>Writes a fixed structure of the kernel with its memory layout.</summary>
    public void Struct<T>(in T value)
        where T : unmanaged
    {
        var size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        MemoryMarshal.Write(Room(size), value);
        Length = Align(Length + size);
    }

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        var start = Begin(type);
        value.CopyTo(Room(value.Length));
        Length += value.Length;
        End(start);
    }

    /// <summary>Writes a fixed structure of the kernel as an attribute.</summary>
    public void StructAttribute<T>(ushort type, in T value)
        where T : unmanaged
    {
        var start = Begin(type);
        Struct(value);
        End(start);
    }

    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, int value) => Attribute(type, (uint)value);

    /// <summary>Writes a number in network byte order, which netfilter expects.</summary>
    public void BigEndian(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void BigEndian(ushort type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, byte value) => Attribute(type, [value]);

    /// <summary>Writes a string with its terminating zero (NLA_NUL_STRING).</summary>
    public void Attribute(ushort type, string value)
    {
        var start = Begin(type);
        Length += Encoding.UTF8.GetBytes(value, Room(Encoding.UTF8.GetByteCount(value) + 1)) + 1;
        End(start);
    }

    /// <summary>Returns the unwritten bytes: at least <paramref name="size"/> and the padding behind them.</summary>
    Span<byte> Room(int size)
    {
        var needed = Length + size + Alignment - 1;
        if (needed > _buffer.Length)
        {
            var larger = new byte[Math.Max(needed, 2 * _buffer.Length)];
            _buffer[..Length].CopyTo(larger);
            _buffer = larger;
        }
        return _buffer[Length..];
    }

    // #define NLMSG_ALIGN(len) ( ((len)+NLMSG_ALIGNTO-1) & ~(NLMSG_ALIGNTO-1) )
    internal static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}

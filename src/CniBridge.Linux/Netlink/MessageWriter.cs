using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// Writes netlink messages and their attributes into bytes that the caller owns, zeroed. What is begun returns where it
/// starts; ending it there writes the length, which only then is known, and aligns what follows.
/// </summary>
public ref struct MessageWriter(Span<byte> buffer)
{
    readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    // struct nlmsghdr { __u32 nlmsg_len; __u16 nlmsg_type; __u16 nlmsg_flags; __u32 nlmsg_seq; __u32 nlmsg_pid; };
    internal int BeginMessage(ushort type, ushort flags, uint sequence)
    {
        var start = Length;
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(start + 4)..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(start + 6)..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[(start + 8)..], sequence);
        Length += MessageHeaderSize;
        return start;
    }

    internal readonly void EndMessage(int start) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[start..], (uint)(Length - start));

    // struct nlattr { __u16 nla_len; __u16 nla_type; };
    public int Begin(ushort type)
    {
        var start = Length;
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(start + 2)..], type);
        Length += AttributeHeaderSize;
        return start;
    }

    public void End(int start)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[start..], checked((ushort)(Length - start)));
        Length = Align(Length);
    }

    /// <summary>A fixed structure of the kernel, as it lies in memory.</summary>
    public void Struct<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer[Length..], value);
        Length = Align(Length + System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
    }

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        var start = Begin(type);
        value.CopyTo(_buffer[Length..]);
        Length += value.Length;
        End(start);
    }

    /// <summary>A fixed structure of the kernel as an attribute.</summary>
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

    public void Attribute(ushort type, byte value) => Attribute(type, [value]);

    /// <summary>A string as the kernel's NLA_NUL_STRING wants it: with the zero at its end counted.</summary>
    public void Attribute(ushort type, string value)
    {
        var start = Begin(type);
        Length += Encoding.UTF8.GetBytes(value, _buffer[Length..]) + 1;
        End(start);
    }

    // #define NLMSG_ALIGN(len) ( ((len)+NLMSG_ALIGNTO-1) & ~(NLMSG_ALIGNTO-1) )
    internal static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}

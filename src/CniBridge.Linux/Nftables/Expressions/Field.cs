using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Values in the encoding of packets, registers and sets.</summary>
public static class Field
{
    public static byte[] Address(IpAddress address) => address.ToBytes();

    public static byte[] Address(MacAddress address) => address.ToBytes();

    /// <summary>IPPROTO_TCP, IPPROTO_UDP, …</summary>
    public static byte[] Protocol(byte number) => [number];

    public static byte[] Protocol(TransportProtocol protocol) => [(byte)protocol];

    public static byte[] Port(ushort number)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return bytes;
    }

    /// <summary>Encodes a number in host byte order, for values that packets do not carry: marks, indexes, connection states.</summary>
    public static byte[] Number(uint number)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>Encodes an interface name as 16 bytes (IFNAMSIZ), filled with zeros.</summary>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static byte[] InterfaceName(string name)
    {
        var bytes = new byte[DataType.InterfaceName.Size];
        if (Encoding.UTF8.GetByteCount(name) >= bytes.Length)
            throw new ArgumentException($"\"{name}\" is too long for the name of an interface", nameof(name));
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    /// <summary>Concatenates fields; each starts at a multiple of four bytes.</summary>
    public static byte[] Concatenate(params ReadOnlySpan<byte[]> fields)
    {
        var size = 0;
        foreach (var field in fields)
            size += Align(field.Length);
        var bytes = new byte[size];
        var offset = 0;
        foreach (var field in fields)
        {
            field.CopyTo(bytes, offset);
            offset += Align(field.Length);
        }
        return bytes;
    }

    internal static int Align(int size) => (size + NFT_REG32_SIZE - 1) & ~(NFT_REG32_SIZE - 1);
}

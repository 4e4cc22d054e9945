using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Addresses;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>Values as they lie in packets, registers and sets.</summary>
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

    /// <summary>A number of the node's own, which no packet carries: marks, indexes, states of connections.</summary>
    public static byte[] Number(uint number)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>Sixteen bytes (IFNAMSIZ), zeros behind the name.</summary>
    /// <exception cref="ArgumentException">The name does not fit.</exception>
    public static byte[] InterfaceName(string name)
    {
        var bytes = new byte[DataType.InterfaceName.Size];
        if (Encoding.UTF8.GetByteCount(name) >= bytes.Length)
            throw new ArgumentException($"\"{name}\" is too long for the name of an interface", nameof(name));
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    /// <summary>One after the other, each from a multiple of four on.</summary>
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

using System.Buffers.Binary;
using System.Globalization;

namespace CniBridge.Linux.Tracing;

/// <summary>A number in the fixed header in front of the attributes of a message.</summary>
/// <param name="Name">The name in the kernel's headers; null for padding.</param>
/// <param name="Size">1, 2 or 4 bytes.</param>
sealed record HeaderField(string? Name, int Size)
{
    /// <summary>True for a number in network byte order.</summary>
    internal bool IsBigEndian { get; init; }

    /// <summary>True for a set of bits, which is printed as hex.</summary>
    internal bool IsBits { get; init; }

    /// <summary>Returns name and value.</summary>
    /// <param name="bytes">The bytes from the field on.</param>
    internal string Format(ReadOnlySpan<byte> bytes)
    {
        var value = Size switch
        {
            1 => (uint)bytes[0],
            2 when IsBigEndian => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        };
        return IsBits
            ? string.Create(CultureInfo.InvariantCulture, $"{Name} 0x{value:x}")
            : string.Create(CultureInfo.InvariantCulture, $"{Name} {value}");
    }
}

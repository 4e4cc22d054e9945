using System.Buffers.Binary;

namespace CniBridge.Lab.Captures;

/// <summary>A field of the fixed header of a message.</summary>
/// <param name="Size">Its size in bytes.</param>
/// <param name="IsBigEndian">True for a number in network byte order.</param>
sealed record HeaderField(string Name, int Size, bool IsBigEndian = false)
{
    public static HeaderField Padding(int size) => new("padding", size);

    /// <summary>Returns the name, and the value if it is not 0.</summary>
    public string Comment(ReadOnlySpan<byte> bytes)
    {
        if (Name == "nfgen_family")
        {
            return $"{Name} {AddressFamily.NameOf(bytes[0])}";
        }

        uint value = Size switch
        {
            1 => bytes[0],
            2 when IsBigEndian => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => 0,
        };
        return value == 0 ? Name : $"{Name} {value}";
    }
}

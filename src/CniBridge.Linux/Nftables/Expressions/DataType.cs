namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// The type of a field in a set. The kernel only stores the number, which tells nft how to print elements. Numbers and byte
/// orders are those of nft's datatype.h; they never change, because one version of nft reads what another wrote.
/// </summary>
public sealed record DataType
{
    // BYTEORDER_HOST_ENDIAN, BYTEORDER_BIG_ENDIAN
    const uint Host = 1, Big = 2;

    // TYPE_BITS: the width of each field's number within the number of a concatenation
    const int NumberBits = 6;

    readonly uint _number, _byteOrder;

    DataType(uint number, int size, uint byteOrder) => (_number, Size, _byteOrder) = (number, size, byteOrder);

    internal int Size { get; }

    public static DataType IPv4Address => new(7, 4, Big);
    public static DataType IPv6Address => new(8, 16, Big);
    public static DataType EthernetAddress => new(9, 6, Big);

    /// <summary>tcp, udp, sctp</summary>
    public static DataType Protocol => new(12, 1, Big);
    public static DataType Port => new(13, 2, Big);
    public static DataType Mark => new(19, 4, Host);
    public static DataType InterfaceName => new(41, 16, Host);

    internal static uint NumberOf(ReadOnlySpan<DataType> fields)
    {
        var number = 0u;
        foreach (var field in fields)
            number = (number << NumberBits) | field._number;
        return number;
    }

    /// <summary>Returns the byte order of a single field. A concatenation has none of its own (BYTEORDER_INVALID).</summary>
    internal static uint ByteOrderOf(ReadOnlySpan<DataType> fields) => fields.Length == 1 ? fields[0]._byteOrder : 0;

    /// <summary>Returns the size in bytes. Each field of a concatenation starts at a multiple of four.</summary>
    internal static int SizeOf(ReadOnlySpan<DataType> fields)
    {
        if (fields.Length == 1)
            return fields[0].Size;
        var size = 0;
        foreach (var field in fields)
            size += Field.Align(field.Size);
        return size;
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CniBridge.Linux.Addresses;

/// <summary>
/// An IPv4 or IPv6 address. An own type, because the texts are file names and result fields that Go programs share:
/// <c>System.Net.IPAddress</c> accepts octal, hex and short forms, and prints some IPv6 addresses with dotted quads.
/// An IPv4-mapped IPv6 address is the IPv4 address. A class instead of a struct, because the compiler generates generic code
/// anew for each struct; that made up a seventh of the binary.
/// </summary>
public sealed record IpAddress : IComparable<IpAddress>
{
    readonly UInt128 _value;

    IpAddress(UInt128 value, AddressFamily family)
    {
        _value = value;
        Family = family.IsV6 ? AddressFamily.IPv6 : AddressFamily.IPv4;
    }

    public AddressFamily Family { get; }

    public bool IsV6 => Family.IsV6;

    public bool IsV4 => !IsV6;

    /// <summary>The length of the address in bits: 32 or 128.</summary>
    public int Bits => IsV6 ? 128 : 32;

    /// <summary>The address as a number, IPv4 in the lowest 32 bits.</summary>
    internal UInt128 Value => _value;

    internal static IpAddress FromValue(UInt128 value, AddressFamily family) => new(value, family);

    /// <summary>Creates an address of 4 or 16 bytes in network byte order.</summary>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => new(BinaryPrimitives.ReadUInt32BigEndian(bytes), AddressFamily.IPv4),
        16 => Normalise(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        _ => throw new InvalidDataException($"an address has 4 or 16 bytes, not {bytes.Length}"),
    };

    /// <summary>
    /// Creates an address from the kernel's form: 16 bytes are always IPv6, also IPv4-mapped ones, because prefix lengths count 128
    /// bits.
    /// </summary>
    internal static IpAddress FromWire(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16 ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes), AddressFamily.IPv6) : FromBytes(bytes);

    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return IsV6 ? bytes : bytes[12..];
    }

    /// <summary>Parses as Go does: four decimal parts without leading zeros, or IPv6 without zone or brackets.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IpAddress? address)
    {
        address = null;
        if (text.Contains(':'))
        {
            if (!IpAddressText.TryParseV6(text, out var wide))
                return false;
            address = Normalise(wide);
            return true;
        }
        if (!IpAddressText.TryParseV4(text, out var narrow))
            return false;
        address = new IpAddress(narrow, AddressFamily.IPv4);
        return true;
    }

    /// <exception cref="FormatException">The text is no address.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"invalid IP address: {text}");

    /// <summary>Returns the next address. The last address of the family is followed by the first.</summary>
    public IpAddress Next() => new(IsV6 ? _value + 1 : (uint)(_value + 1), Family);

    public IpAddress Previous() => new(IsV6 ? _value - 1 : (uint)(_value - 1), Family);

    /// <summary>Returns the number of addresses from this one to another of its family, including both; at most long.MaxValue.</summary>
    public long CountTo(IpAddress last)
    {
        var distance = last._value - _value;
        return distance < long.MaxValue ? (long)distance + 1 : long.MaxValue;
    }

    /// <summary>Compares by number within a family; IPv4 precedes IPv6.</summary>
    public int CompareTo(IpAddress? other) =>
        other is null ? 1 : Family == other.Family ? _value.CompareTo(other._value) : IsV6.CompareTo(other.IsV6);

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;
    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;
    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;
    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// Returns a dotted quad, or RFC 5952 without dotted quads. Formats on the stack: nested string interpolation takes two buffers
    /// from a pool, which then measures the processor (a tenth of an ADD).
    /// </summary>
    public override string ToString() => IsV6
        ? IpAddressText.FormatV6(_value)
        : string.Create(CultureInfo.InvariantCulture, stackalloc char[16],
            $"{(byte)(_value >> 24)}.{(byte)(_value >> 16)}.{(byte)(_value >> 8)}.{(byte)_value}");

    static IpAddress Normalise(UInt128 value) =>
        value >> 32 == 0xffff ? new((uint)value, AddressFamily.IPv4) : new(value, AddressFamily.IPv6);
}

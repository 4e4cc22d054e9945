using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CniBridge.Linux.Addresses;

/// <summary>
/// An IPv4 or IPv6 address. Its own type because the texts are file names and result fields that Go programs share:
/// <c>System.Net.IPAddress</c> accepts octal, hex and short forms, and prints some IPv6 addresses with dotted quads.
/// An IPv4-mapped IPv6 address is the IPv4 address. (A class, not a struct: generic code over structs is compiled anew for
/// each, and took a seventh of the binary.)
/// </summary>
public sealed record IpAddress : IComparable<IpAddress>
{
    readonly UInt128 _value;

    IpAddress(UInt128 value, bool isV6)
    {
        _value = value;
        IsV6 = isV6;
    }

    public bool IsV6 { get; }
    public bool IsV4 => !IsV6;

    /// <summary>32 or 128.</summary>
    public int Bits => IsV6 ? 128 : 32;

    /// <summary>The address as a number, IPv4 in the lowest 32 bits.</summary>
    internal UInt128 Value => _value;

    internal static IpAddress FromValue(UInt128 value, bool isV6) => new(value, isV6);

    /// <summary>4 or 16 bytes in network order.</summary>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => new(BinaryPrimitives.ReadUInt32BigEndian(bytes), false),
        16 => Normalise(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        _ => throw new InvalidDataException($"an address has 4 or 16 bytes, not {bytes.Length}"),
    };

    /// <summary>As the kernel means it: 16 bytes are IPv6, IPv4-mapped or not, for the prefix length counts 128 bits.</summary>
    internal static IpAddress FromWire(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16 ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes), true) : FromBytes(bytes);

    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return IsV6 ? bytes : bytes[12..];
    }

    /// <summary>As Go parses: four decimal parts without leading zeros, or IPv6 without zone or brackets.</summary>
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
        address = new IpAddress(narrow, false);
        return true;
    }

    /// <exception cref="FormatException">Not an address.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"invalid IP address: {text}");

    /// <summary>The next address; wraps at the end of the family's space.</summary>
    public IpAddress Next() => new(IsV6 ? _value + 1 : (uint)(_value + 1), IsV6);

    public IpAddress Previous() => new(IsV6 ? _value - 1 : (uint)(_value - 1), IsV6);

    /// <summary>How many addresses there are from this one to another of its family, both counted; at most long.MaxValue.</summary>
    public long CountTo(IpAddress last)
    {
        var distance = last._value - _value;
        return distance < long.MaxValue ? (long)distance + 1 : long.MaxValue;
    }

    /// <summary>Within one family by number; IPv4 before IPv6.</summary>
    public int CompareTo(IpAddress? other) => other is null ? 1 : IsV6 == other.IsV6 ? _value.CompareTo(other._value) : IsV6.CompareTo(other.IsV6);

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;
    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;
    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;
    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// Dotted quad, or RFC 5952 without dotted quads. Made on the stack: a text within a text would take two buffers of a
    /// pool, which then measures the processor (a tenth of an ADD).
    /// </summary>
    public override string ToString() => IsV6
        ? IpAddressText.FormatV6(_value)
        : string.Create(CultureInfo.InvariantCulture, stackalloc char[16],
            $"{(byte)(_value >> 24)}.{(byte)(_value >> 16)}.{(byte)(_value >> 8)}.{(byte)_value}");

    static IpAddress Normalise(UInt128 value) =>
        value >> 32 == 0xffff ? new((uint)value, false) : new(value, true);
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CniBridge.Linux.Addresses;

/// <summary>An address with the prefix length of its network. Host bits are kept, as Go's decoder keeps them.</summary>
public sealed record Cidr(IpAddress Address, int PrefixLength)
{
    /// <summary>The address with all host bits zero.</summary>
    public IpAddress Network => IpAddress.FromValue(Address.Value & Mask, Address.Family);

    /// <summary>The address with all host bits set; for IPv4 the broadcast address.</summary>
    public IpAddress Last => IpAddress.FromValue(Network.Value | HostBits, Address.Family);

    public bool HasHostBits => (Address.Value & HostBits) != 0;

    public bool Contains(IpAddress other) =>
        other.Family == Address.Family && ((other.Value ^ Address.Value) & Mask) == 0;

    /// <summary>Tells whether one of the networks contains the other.</summary>
    public bool Overlaps(Cidr other) => Contains(other.Address) || other.Contains(Address);

    /// <exception cref="InvalidDataException">The prefix is longer than the address.</exception>
    internal static Cidr FromWire(IpAddress address, int prefixLength) => prefixLength <= address.Bits
        ? new(address, prefixLength)
        : throw new InvalidDataException($"{address} says that its prefix has {prefixLength} bits");

    /// <summary>True for the default destination of a family: 0.0.0.0/0 or ::/0.</summary>
    public bool IsDefault => PrefixLength == 0 && Network.Value == 0;

    public static Cidr Default(AddressFamily family) => new(IpAddress.FromValue(0, family), 0);

    UInt128 HostBits => PrefixLength == 0
        ? (Address.IsV6 ? UInt128.MaxValue : uint.MaxValue)
        : (UInt128.One << (Address.Bits - PrefixLength)) - 1;

    UInt128 Mask => (Address.IsV6 ? UInt128.MaxValue : uint.MaxValue) & ~HostBits;

    /// <summary>
    /// Parses ADDRESS/LENGTH: a strict address, and a decimal length in the range of the family. Accepts leading zeros of the length.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cidr? cidr)
    {
        cidr = null;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0 || !IpAddress.TryParse(text.AsSpan(0, slash), out var address))
            return false;
        // int.TryParse accepts NUL characters at the end.
        if (text!.Contains('\0', StringComparison.Ordinal) ||
            !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;
        // ::ffff:10.0.0.0/120 is the IPv4 network 10.0.0.0/24 in IPv6 notation; the length counts the 96 bits of the prefix.
        var isMapped = address.IsV4 && text.AsSpan(0, slash).Contains(':');
        if (isMapped)
            length -= 96;
        if (length < 0 || length > address.Bits)
            return false;
        cidr = new Cidr(address, length);
        return true;
    }

    /// <exception cref="FormatException">The text is no CIDR.</exception>
    public static Cidr Parse(string? text) =>
        TryParse(text, out var cidr) ? cidr : throw new FormatException($"invalid CIDR address: {text}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, stackalloc char[64], $"{Address}/{PrefixLength}");
}

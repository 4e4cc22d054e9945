using System.Globalization;

namespace CniBridge.Linux.Addresses;

/// <summary>A 48-bit Ethernet address.</summary>
public readonly record struct MacAddress
{
    readonly ulong _value;

    MacAddress(ulong value) => _value = value;

    public bool IsZero => _value == 0;

    /// <summary>True if the lowest bit of the first byte is set; no link may have such an address.</summary>
    public bool IsMulticast => (_value >> 40 & 1) != 0;

    /// <summary>Returns a random address that no manufacturer owns: locally administered, unicast (IEEE 802, 8.2).</summary>
    public static MacAddress Random()
    {
        Span<byte> bytes = stackalloc byte[6];
        RandomBytes.Fill(bytes);
        bytes[0] = (byte)((bytes[0] & 0xfc) | 0x02);
        return FromBytes(bytes);
    }

    public static MacAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 6)
            throw new InvalidDataException($"an Ethernet address has 6 bytes, not {bytes.Length}");
        var value = 0UL;
        foreach (var b in bytes)
            value = (value << 8) | b;
        return new MacAddress(value);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[6];
        for (var i = 0; i < 6; i++)
            bytes[i] = (byte)(_value >> (40 - (8 * i)));
        return bytes;
    }

    /// <summary>Returns the IPv6 link-local address of this MAC: fe80::/64 and a modified EUI-64 (RFC 4291, appendix A).</summary>
    public Cidr ToLinkLocal()
    {
        var b = ToBytes();
        return new Cidr(
            IpAddress.FromBytes([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(b[0] ^ 0x02), b[1], b[2], 0xff, 0xfe, b[3], b[4], b[5]]), 64);
    }

    /// <summary>Parses 00:11:22:aa:bb:cc, 00-11-22-aa-bb-cc or 0011.22aa.bbcc, in upper or lower case.</summary>
    public static bool TryParse(string text, out MacAddress address)
    {
        address = default;
        if (text.Length is not (17 or 14))
            return false;
        var step = text.Length == 17 ? 3 : 5;
        var separator = text[step - 1];
        if (step == 5 ? separator != '.' : separator is not (':' or '-'))
            return false;
        var digits = new char[12];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i % step == step - 1 ? text[i] != separator : !char.IsAsciiHexDigit(text[i]))
                return false;
            if (i % step != step - 1)
                digits[count++] = text[i];
        }
        address = new MacAddress(ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Returns the address in lower case, with colons.</summary>
    public override string ToString()
    {
        var b = ToBytes();
        return string.Create(CultureInfo.InvariantCulture, stackalloc char[32],
            $"{b[0]:x2}:{b[1]:x2}:{b[2]:x2}:{b[3]:x2}:{b[4]:x2}:{b[5]:x2}");
    }
}

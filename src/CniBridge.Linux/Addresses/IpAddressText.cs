using System.Globalization;
using System.Text;

namespace CniBridge.Linux.Addresses;

/// <summary>The strict text forms of addresses, as Go's net package reads and writes them.</summary>
static class IpAddressText
{
    internal static bool TryParseV4(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = text.IndexOf('.');
            if (dot < 0 != (part == 3))
                return false;
            var digits = part == 3 ? text : text[..dot];
            if (!TryParseDecimal(digits, out var number))
                return false;
            value = (value << 8) | number;
            text = part == 3 ? [] : text[(dot + 1)..];
        }
        return true;
    }

    static bool TryParseDecimal(ReadOnlySpan<char> digits, out uint number)
    {
        number = 0;
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0'))
            return false;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            number = (number * 10) + (uint)(digit - '0');
        }
        return number <= 255;
    }

    internal static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        var gap = text.IndexOf("::");
        if (gap < 0)
            return TryParseGroups(text, out value, out var all) && all == 8;
        // Only one "::" is allowed, and it replaces at least one group.
        if (text[(gap + 1)..].IndexOf("::") >= 0)
            return false;
        if (!TryParseGroups(text[..gap], out var high, out var before))
            return false;
        if (!TryParseGroups(text[(gap + 2)..], out var low, out var after) || before + after > 7 || text[..gap].Contains('.'))
            return false;
        value = (before == 0 ? 0 : high << (16 * (8 - before))) | low;
        return true;
    }

    /// <summary>Parses groups of one to four hex digits between colons; the last may be a dotted quad, which counts as two.</summary>
    static bool TryParseGroups(ReadOnlySpan<char> text, out UInt128 value, out int count)
    {
        value = 0;
        count = 0;
        while (!text.IsEmpty)
        {
            var colon = text.IndexOf(':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains('.'))
            {
                count += 2;
                if (!TryParseV4(group, out var quad))
                    return false;
                value = (value << 32) | quad;
                return count <= 8;
            }
            // The parser of numbers accepts NUL characters at the end.
            if (group.Length is 0 or > 4 || group.Contains('\0') ||
                !ushort.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                return false;
            value = (value << 16) | number;
            if (++count > 8)
                return false;
            if (colon < 0)
                return true;
            text = text[(colon + 1)..];
            if (text.IsEmpty)
                return false;
        }
        return true;
    }

    /// <summary>Formats in lower case, without leading zeros, and with the first longest run of zero groups as "::" (RFC 5952).</summary>
    internal static string FormatV6(UInt128 value)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
            groups[i] = (ushort)(value >> (112 - (16 * i)));
        var (start, length) = LongestZeroRun(groups);
        var text = new StringBuilder(39);
        for (var i = 0; i < 8; i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }
            if (text.Length > 0 && text[^1] != ':')
                text.Append(':');
            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: -1, Length: 1);
        for (var i = 0; i < groups.Length; i++)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0)
                end++;
            if (end - i > best.Length)
                best = (i, end - i);
            i = Math.Max(i, end - 1);
        }
        return best;
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Values in the words of findings.</summary>
static class FindingWords
{
    /// <summary>The most items that one finding lists.</summary>
    const int MaxListed = 5;

    /// <summary>Returns the first five items and the number of the others.</summary>
    internal static string List(IReadOnlyList<string> items) => items.Count <= MaxListed
        ? string.Join(", ", items)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", items.Take(MaxListed))}, {items.Count - MaxListed} more");

    /// <summary>Returns a file mode in the octal notation of chmod.</summary>
    internal static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    /// <summary>Returns the family's directory in /proc/sys/net.</summary>
    internal static string SysctlDirectory(AddressFamily family) => family.IsV6 ? "ipv6" : "ipv4";

    /// <summary>Returns the number of the family in options such as "ip -6".</summary>
    internal static int Digit(AddressFamily family) => family.IsV6 ? 6 : 4;
}

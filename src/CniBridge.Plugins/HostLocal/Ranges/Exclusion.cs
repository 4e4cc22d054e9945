using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>Addresses that are never allocated.</summary>
/// <param name="Key">The path of the value in the configuration.</param>
/// <param name="Text">The value as configured.</param>
sealed record Exclusion(string Key, string Text, AddressSpan Addresses)
{
    internal bool Contains(IpAddress address) =>
        address.Family == Addresses.First.Family && address >= Addresses.First && address <= Addresses.Last;

    internal bool Touches(AddressRange range) => Contains(range.Start) || range.Contains(Addresses.First);

    /// <summary>Parses ipam.exclude; null is an empty list.</summary>
    /// <exception cref="CniException">Code 7, naming key and value.</exception>
    internal static Exclusion[] Parse(List<string?>? texts, string key)
    {
        var exclusions = new Exclusion[texts?.Count ?? 0];
        for (var i = 0; i < exclusions.Length; i++)
            exclusions[i] = Parse(texts![i], string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]"));
        return exclusions;
    }

    static Exclusion Parse(string? text, string key)
    {
        if (text is not null && ParseSpan(text) is { } span)
        {
            return span.First <= span.Last && span.First.Family == span.Last.Family
                ? new Exclusion(key, text, span)
                : throw CniException.InvalidConfig(key, text, $"{span.First} is not before {span.Last}");
        }
        throw CniException.InvalidConfig(key, text, "write an address, a network such as 10.244.1.0/28, or FIRST-LAST");
    }

    static AddressSpan? ParseSpan(string text)
    {
        if (IpAddress.TryParse(text, out var single))
            return new AddressSpan(single, single);
        if (Cidr.TryParse(text, out var network))
            return AddressSpan.From(network);
        return text.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash &&
            IpAddress.TryParse(text.AsSpan(0, dash), out var first) && IpAddress.TryParse(text.AsSpan(dash + 1), out var last)
                ? new AddressSpan(first, last)
                : null;
    }

    public override string ToString() => $"{Key} = {Text}";
}

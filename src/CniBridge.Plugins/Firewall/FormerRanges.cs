using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>A range that a network had before its configuration changed.</summary>
/// <param name="Store">The directory of its reservations; empty: unknown, so the range counts as used until the node reboots.</param>
sealed record FormerRange(AddressSpan Span, string Store);

/// <summary>
/// The former ranges of a network in one family that pods still use. The masquerade serves them like the configured ranges. There is
/// a record only while there are such ranges, so that DEL learns from one look for a file that there are none.
/// </summary>
sealed record FormerRanges(string Network, AddressFamily Family, IReadOnlyList<FormerRange> Ranges)
{
    internal static RecordFormat<FormerRanges> Format { get; } = new(
        "former-ranges", ranges => MasqueradeRecord.NameOf(ranges.Network, ranges.Family), Write, Read);

    internal IReadOnlyList<AddressSpan> Spans => [.. Ranges.Select(range => range.Span)];

    /// <summary>Returns those ranges with a reservation that is in no configured range, and those whose reservations are unknown.</summary>
    /// <exception cref="IOException">A directory of reservations cannot be read.</exception>
    internal FormerRanges InUse(IReadOnlyList<AddressSpan> configured)
    {
        var used = new List<FormerRange>();
        var stores = new Dictionary<string, List<IpAddress>?>(StringComparer.Ordinal);
        foreach (var range in Ranges)
        {
            if (configured.Any(span => span.Contains(range.Span)))
                continue;
            if (!stores.TryGetValue(range.Store, out var reserved))
                stores[range.Store] = reserved = range.Store.Length == 0 ? null : ReservedAddresses.TryList(range.Store);
            if (reserved is null ||
                reserved.Exists(address => range.Span.Contains(address) && !configured.Any(span => span.Contains(address))))
                used.AddOnce(range);
        }
        return this with { Ranges = used };
    }

    static void Write(FormerRanges former, Utf8JsonWriter json)
    {
        json.WriteString("network", former.Network);
        json.WriteString("family", MasqueradeRecord.FamilyOf(former.Family));
        json.WriteStartArray("ranges");
        foreach (var range in former.Ranges)
        {
            json.WriteStartObject();
            json.WriteString("range", range.Span.ToString());
            json.WriteString("store", range.Store);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <exception cref="JsonException">The record is incomplete.</exception>
    static FormerRanges Read(JsonKeys keys) => new(
        keys.GetString("network") ?? throw new JsonException("no network"),
        AddressFamilies.From(keys.GetString("family") == MasqueradeRecord.FamilyOf(AddressFamily.IPv6)),
        CniResultReader.Each(keys.GetObjects("ranges", ReadRange), "ranges", (range, _) => range));

    static FormerRange ReadRange(JsonKeys keys) => new(MasqueradeRecord.ReadSpan(keys.GetString("range")), keys.GetString("store") ?? "");
}

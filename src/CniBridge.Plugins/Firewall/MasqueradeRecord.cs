using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>The record of a network's masquerade chain in one family, from which repair can create the chain without an ADD.</summary>
/// <param name="Masquerade">The masquerade of the configured ranges; <see cref="FormerRanges"/> has the others.</param>
/// <param name="Chain">The name of the chain, computed from the configured ranges only; the next ADD looks for it.</param>
sealed record MasqueradeRecord(NetworkMasquerade Masquerade, string Chain)
{
    internal static RecordFormat<MasqueradeRecord> Format { get; } = new(
        "masquerade", record => NameOf(record.Masquerade.Network, record.Masquerade.Family), Write, Read);

    internal static string NameOf(string network, AddressFamily family) => StateDirectory.NameOf(network, FamilyOf(family));

    internal static string FamilyOf(AddressFamily family) => family.IsV6 ? "ip6" : "ip";

    static void Write(MasqueradeRecord record, Utf8JsonWriter json)
    {
        json.WriteString("network", record.Masquerade.Network);
        json.WriteString("family", FamilyOf(record.Masquerade.Family));
        json.WriteString("chain", record.Chain);
        json.WriteString("store", record.Masquerade.Store);
        Write("from", record.Masquerade.From, json);
        Write("inside", record.Masquerade.Inside, json);
    }

    static void Write(string key, IReadOnlyList<AddressSpan> spans, Utf8JsonWriter json)
    {
        json.WriteStartArray(key);
        foreach (var span in spans)
            json.WriteStringValue(span.ToString());
        json.WriteEndArray();
    }

    static MasqueradeRecord Read(JsonKeys keys)
    {
        var masquerade = new NetworkMasquerade
        {
            Network = Required("network"),
            Family = AddressFamilies.From(Required("family") == FamilyOf(AddressFamily.IPv6)),
            From = ReadSpans("from", keys),
            Inside = ReadSpans("inside", keys),
            PodAddresses = [],
            Store = keys.GetString("store") ?? "",
        };
        return new MasqueradeRecord(masquerade, Required("chain"));

        string Required(string key) => keys.GetString(key) ?? throw new JsonException($"no {key}");
    }

    static List<AddressSpan> ReadSpans(string key, JsonKeys keys)
    {
        var spans = new List<AddressSpan>();
        foreach (var text in keys.GetStrings(key) ?? throw new JsonException($"no {key}"))
            spans.Add(ReadSpan(text));
        return spans;
    }

    /// <exception cref="JsonException">The text is not a range of addresses.</exception>
    internal static AddressSpan ReadSpan(string? text) =>
        AddressSpan.TryParse(text) ?? throw new JsonException($"not a range of addresses: {text}");
}

using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

sealed record DnsJson
{
    public List<string?>? Nameservers { get; init; }
    public string? Domain { get; init; }
    public List<string?>? Search { get; init; }
    public List<string?>? Options { get; init; }

    internal static DnsJson Read(JsonKeys keys) => new()
    {
        Nameservers = keys.GetStrings("nameservers"),
        Domain = keys.GetString("domain"),
        Search = keys.GetStrings("search"),
        Options = keys.GetStrings("options"),
    };
}

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
        Nameservers = keys.Texts("nameservers"),
        Domain = keys.Text("domain"),
        Search = keys.Texts("search"),
        Options = keys.Texts("options"),
    };
}

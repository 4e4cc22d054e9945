using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

sealed record RouteJson
{
    public string? Dst { get; init; }
    public string? Gw { get; init; }
    public int? Mtu { get; init; }

    public int? AdvertisedMss { get; init; }
    public long? Priority { get; init; }
    public long? Table { get; init; }
    public int? Scope { get; init; }

    internal static RouteJson Read(JsonKeys keys) => new()
    {
        Dst = keys.Text("dst"),
        Gw = keys.Text("gw"),
        Mtu = keys.Number("mtu"),
        AdvertisedMss = keys.Number("advmss"),
        Priority = keys.LongNumber("priority"),
        Table = keys.LongNumber("table"),
        Scope = keys.Number("scope"),
    };
}

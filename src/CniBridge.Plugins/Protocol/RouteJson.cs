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
        Dst = keys.GetString("dst"),
        Gw = keys.GetString("gw"),
        Mtu = keys.GetInt32("mtu"),
        AdvertisedMss = keys.GetInt32("advmss"),
        Priority = keys.GetInt64("priority"),
        Table = keys.GetInt64("table"),
        Scope = keys.GetInt32("scope"),
    };
}

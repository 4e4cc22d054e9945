using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Configuration;

/// <summary>The keys of a host-local configuration.</summary>
sealed record HostLocalJson
{
    public HostLocalIpamJson? Ipam { get; init; }
    public ArgsJson? Args { get; init; }
    public RuntimeConfigJson? RuntimeConfig { get; init; }

    internal static HostLocalJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.GetObject("ipam", HostLocalIpamJson.Read),
        Args = keys.GetObject("args", ArgsJson.Read),
        RuntimeConfig = keys.GetObject("runtimeConfig", RuntimeConfigJson.Read),
    };
}

sealed record HostLocalIpamJson
{
    public string? Subnet { get; init; }
    public string? RangeStart { get; init; }
    public string? RangeEnd { get; init; }
    public string? Gateway { get; init; }
    public List<List<RangeJson?>?>? Ranges { get; init; }
    public List<RouteJson?>? Routes { get; init; }
    public string? DataDir { get; init; }
    public string? StateDir { get; init; }
    public string? ResolvConf { get; init; }
    public List<string?>? Exclude { get; init; }
    public int? ReuseDelay { get; init; }
    public int? LockTimeout { get; init; }

    internal static HostLocalIpamJson Read(JsonKeys keys) => new()
    {
        Subnet = keys.GetString("subnet"),
        RangeStart = keys.GetString("rangeStart"),
        RangeEnd = keys.GetString("rangeEnd"),
        Gateway = keys.GetString("gateway"),
        Ranges = keys.GetObjectLists("ranges", RangeJson.Read),
        Routes = keys.GetObjects("routes", RouteJson.Read),
        DataDir = keys.GetString("dataDir"),
        StateDir = keys.GetString("stateDir"),
        ResolvConf = keys.GetString("resolvConf"),
        Exclude = keys.GetStrings("exclude"),
        ReuseDelay = keys.GetInt32("reuseDelay"),
        LockTimeout = keys.GetInt32("lockTimeout"),
    };
}

sealed record RangeJson
{
    public string? Subnet { get; init; }
    public string? RangeStart { get; init; }
    public string? RangeEnd { get; init; }
    public string? Gateway { get; init; }

    internal static RangeJson Read(JsonKeys keys) => new()
    {
        Subnet = keys.GetString("subnet"),
        RangeStart = keys.GetString("rangeStart"),
        RangeEnd = keys.GetString("rangeEnd"),
        Gateway = keys.GetString("gateway"),
    };
}

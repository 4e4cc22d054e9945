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
        Ipam = keys.Object("ipam", HostLocalIpamJson.Read),
        Args = keys.Object("args", ArgsJson.Read),
        RuntimeConfig = keys.Object("runtimeConfig", RuntimeConfigJson.Read),
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
        Subnet = keys.Text("subnet"),
        RangeStart = keys.Text("rangeStart"),
        RangeEnd = keys.Text("rangeEnd"),
        Gateway = keys.Text("gateway"),
        Ranges = keys.ObjectLists("ranges", RangeJson.Read),
        Routes = keys.Objects("routes", RouteJson.Read),
        DataDir = keys.Text("dataDir"),
        StateDir = keys.Text("stateDir"),
        ResolvConf = keys.Text("resolvConf"),
        Exclude = keys.Texts("exclude"),
        ReuseDelay = keys.Number("reuseDelay"),
        LockTimeout = keys.Number("lockTimeout"),
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
        Subnet = keys.Text("subnet"),
        RangeStart = keys.Text("rangeStart"),
        RangeEnd = keys.Text("rangeEnd"),
        Gateway = keys.Text("gateway"),
    };
}

using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>A configuration with a previous result, as CHECK and chained ADD get it.</summary>
sealed record PreviousJson
{
    public ResultJson? PrevResult { get; init; }

    internal static PreviousJson Read(JsonKeys keys) => new()
    {
        PrevResult = keys.GetObject("prevResult", ResultJson.Read),
    };
}

/// <summary>A result of any version, with the keys of all formats.</summary>
sealed record ResultJson
{
    public string? CniVersion { get; init; }
    public List<InterfaceJson?>? Interfaces { get; init; }
    public List<IpJson?>? Ips { get; init; }
    public List<RouteJson?>? Routes { get; init; }
    public FamilyJson? Ip4 { get; init; }
    public FamilyJson? Ip6 { get; init; }
    public DnsJson? Dns { get; init; }

    internal static ResultJson Read(JsonKeys keys) => new()
    {
        CniVersion = keys.GetString("cniVersion"),
        Interfaces = keys.GetObjects("interfaces", InterfaceJson.Read),
        Ips = keys.GetObjects("ips", IpJson.Read),
        Routes = keys.GetObjects("routes", RouteJson.Read),
        Ip4 = keys.GetObject("ip4", FamilyJson.Read),
        Ip6 = keys.GetObject("ip6", FamilyJson.Read),
        Dns = keys.GetObject("dns", DnsJson.Read),
    };
}

sealed record InterfaceJson
{
    public string? Name { get; init; }
    public string? Mac { get; init; }
    public int? Mtu { get; init; }
    public string? Sandbox { get; init; }
    public string? SocketPath { get; init; }

    public string? PciId { get; init; }

    internal static InterfaceJson Read(JsonKeys keys) => new()
    {
        Name = keys.GetString("name"),
        Mac = keys.GetString("mac"),
        Mtu = keys.GetInt32("mtu"),
        Sandbox = keys.GetString("sandbox"),
        SocketPath = keys.GetString("socketPath"),
        PciId = keys.GetString("pciID"),
    };
}

sealed record IpJson
{
    public string? Address { get; init; }
    public string? Gateway { get; init; }
    public int? Interface { get; init; }

    internal static IpJson Read(JsonKeys keys) => new()
    {
        Address = keys.GetString("address"),
        Gateway = keys.GetString("gateway"),
        Interface = keys.GetInt32("interface"),
    };
}

sealed record FamilyJson
{
    public string? Ip { get; init; }
    public string? Gateway { get; init; }
    public List<RouteJson?>? Routes { get; init; }

    internal static FamilyJson Read(JsonKeys keys) => new()
    {
        Ip = keys.GetString("ip"),
        Gateway = keys.GetString("gateway"),
        Routes = keys.GetObjects("routes", RouteJson.Read),
    };
}

using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Configuration;

/// <summary>The keys of the portmap plugin.</summary>
sealed record PortMapJson
{
    public string? Backend { get; init; }
    public bool? Snat { get; init; }
    public bool? MasqAll { get; init; }
    public int? MarkMasqBit { get; init; }
    public string? ExternalSetMarkChain { get; init; }
    public List<string?>? ConditionsV4 { get; init; }
    public List<string?>? ConditionsV6 { get; init; }
    public PortMapRuntimeJson? RuntimeConfig { get; init; }

    internal static PortMapJson Read(JsonKeys keys) => new()
    {
        Backend = keys.GetString("backend"),
        Snat = keys.GetBoolean("snat"),
        MasqAll = keys.GetBoolean("masqAll"),
        MarkMasqBit = keys.GetInt32("markMasqBit"),
        ExternalSetMarkChain = keys.GetString("externalSetMarkChain"),
        ConditionsV4 = keys.GetStrings("conditionsV4"),
        ConditionsV6 = keys.GetStrings("conditionsV6"),
        RuntimeConfig = keys.GetObject("runtimeConfig", PortMapRuntimeJson.Read),
    };
}

/// <summary>The keys that DEL reads. An error in any other key must not keep the host ports of a deleted container.</summary>
sealed record PortMapDeleteJson
{
    public PortMapRuntimeJson? RuntimeConfig { get; init; }

    internal static PortMapDeleteJson Read(JsonKeys keys) => new()
    {
        RuntimeConfig = keys.GetObject("runtimeConfig", PortMapRuntimeJson.Read),
    };
}

/// <summary>The capability argument portMappings.</summary>
sealed record PortMapRuntimeJson
{
    public List<PortMappingJson?>? PortMappings { get; init; }

    internal static PortMapRuntimeJson Read(JsonKeys keys) => new()
    {
        PortMappings = keys.GetObjects("portMappings", PortMappingJson.Read),
    };
}

sealed record PortMappingJson
{
    public int? HostPort { get; init; }
    public int? ContainerPort { get; init; }
    public string? Protocol { get; init; }
    public string? HostIp { get; init; }

    internal static PortMappingJson Read(JsonKeys keys) => new()
    {
        HostPort = keys.GetInt32("hostPort"),
        ContainerPort = keys.GetInt32("containerPort"),
        Protocol = keys.GetString("protocol"),
        HostIp = keys.GetString("hostIP"),
    };
}

using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Configuration;

// Network configurations as written: each key is optional and each value unchecked. The records that the plugins work with
// (BridgeConfig, HostLocalConfig) are created from these, with all checks.

/// <summary>The keys that the dispatcher reads of every configuration.</summary>
sealed record HeaderJson
{
    public string? CniVersion { get; init; }
    public string? Name { get; init; }

    /// <summary>The log level; a value of another type counts as absent.</summary>
    public string? LogLevel { get; init; }

    internal static HeaderJson Read(JsonKeys keys) => new()
    {
        CniVersion = keys.Text("cniVersion"),
        Name = keys.Text("name"),
        LogLevel = keys.IsText("logLevel") ? keys.Text("logLevel") : null,
    };
}

/// <summary>The keys of a bridge network. The IPAM plugin reads its own keys from the same text.</summary>
sealed record BridgeJson
{
    public string? Bridge { get; init; }
    public bool? IsGateway { get; init; }
    public bool? IsDefaultGateway { get; init; }
    public bool? ForceAddress { get; init; }
    public bool? IpMasq { get; init; }

    /// <summary>An alias of ipMasq in old tutorials.</summary>
    public bool? IsMasq { get; init; }
    public string? IpMasqBackend { get; init; }
    public List<string?>? NonMasqueradeCidrs { get; init; }
    public int? Mtu { get; init; }

    /// <summary>"mtu": "auto"</summary>
    public bool IsMtuAuto { get; init; }
    public bool? HairpinMode { get; init; }
    public bool? PromiscMode { get; init; }
    public int? Vlan { get; init; }
    public List<VlanTrunkJson?>? VlanTrunk { get; init; }
    public bool? PreserveDefaultVlan { get; init; }
    public bool? MacSpoofCheck { get; init; }
    public bool? EnableDad { get; init; }
    public bool? DisableContainerInterface { get; init; }
    public bool? PortIsolation { get; init; }
    public IpamTypeJson? Ipam { get; init; }
    public DnsJson? Dns { get; init; }
    public string? LogLevel { get; init; }
    public ArgsJson? Args { get; init; }
    public RuntimeConfigJson? RuntimeConfig { get; init; }

    internal static BridgeJson Read(JsonKeys keys) => new()
    {
        Bridge = keys.Text("bridge"),
        IsGateway = keys.Truth("isGateway"),
        IsDefaultGateway = keys.Truth("isDefaultGateway"),
        ForceAddress = keys.Truth("forceAddress"),
        IpMasq = keys.Truth("ipMasq"),
        IsMasq = keys.Truth("isMasq"),
        IpMasqBackend = keys.Text("ipMasqBackend"),
        NonMasqueradeCidrs = keys.Texts("nonMasqueradeCIDRs"),
        Mtu = keys.Number("mtu", orWord: Auto),
        IsMtuAuto = keys.IsWord("mtu", Auto),
        HairpinMode = keys.Truth("hairpinMode"),
        PromiscMode = keys.Truth("promiscMode"),
        Vlan = keys.Number("vlan"),
        VlanTrunk = keys.Objects("vlanTrunk", VlanTrunkJson.Read),
        PreserveDefaultVlan = keys.Truth("preserveDefaultVlan"),
        MacSpoofCheck = keys.Truth("macspoofchk"),
        EnableDad = keys.Truth("enabledad"),
        DisableContainerInterface = keys.Truth("disableContainerInterface"),
        PortIsolation = keys.Truth("portIsolation"),
        Ipam = keys.Object("ipam", IpamTypeJson.Read),
        Dns = keys.Object("dns", DnsJson.Read),
        LogLevel = keys.Text("logLevel"),
        Args = keys.Object("args", ArgsJson.Read),
        RuntimeConfig = keys.Object("runtimeConfig", RuntimeConfigJson.Read),
    };

    const string Auto = "auto";
}

/// <summary>An entry of vlanTrunk: one VLAN, a range, or both.</summary>
sealed record VlanTrunkJson
{
    public int? Id { get; init; }
    public int? MinId { get; init; }
    public int? MaxId { get; init; }

    internal static VlanTrunkJson Read(JsonKeys keys) => new()
    {
        Id = keys.Number("id"),
        MinId = keys.Number("minID"),
        MaxId = keys.Number("maxID"),
    };
}

/// <summary>The keys that DEL reads. An error in any other key must not keep a deleted container's address reserved.</summary>
sealed record DeleteJson
{
    public IpamDeleteJson? Ipam { get; init; }
    public bool ChecksMacSpoofing { get; init; }

    internal static DeleteJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.Object("ipam", IpamDeleteJson.Read),
        ChecksMacSpoofing = keys.IsTrue("macspoofchk"),
    };
}

/// <summary>The plugin types that a configuration names.</summary>
sealed record PluginTypesJson
{
    public string? Type { get; init; }
    public IpamTypeJson? Ipam { get; init; }

    internal static PluginTypesJson Read(JsonKeys keys) => new()
    {
        Type = keys.Text("type"),
        Ipam = keys.Object("ipam", IpamTypeJson.Read),
    };
}

sealed record IpamTypeJson
{
    public string? Type { get; init; }

    internal static IpamTypeJson Read(JsonKeys keys) => new()
    {
        Type = keys.Text("type"),
    };
}

sealed record ArgsJson
{
    public CniArgsJson? Cni { get; init; }

    internal static ArgsJson Read(JsonKeys keys) => new()
    {
        Cni = keys.Object("cni", CniArgsJson.Read),
    };
}

/// <summary>args.cni (CNI conventions).</summary>
sealed record CniArgsJson
{
    public string? Mac { get; init; }
    public List<string?>? Ips { get; init; }

    internal static CniArgsJson Read(JsonKeys keys) => new()
    {
        Mac = keys.Text("mac"),
        Ips = keys.Texts("ips"),
    };
}

/// <summary>runtimeConfig: the capability arguments.</summary>
sealed record RuntimeConfigJson
{
    public string? Mac { get; init; }
    public List<string?>? Ips { get; init; }
    public List<List<RangeJson?>?>? IpRanges { get; init; }

    internal static RuntimeConfigJson Read(JsonKeys keys) => new()
    {
        Mac = keys.Text("mac"),
        Ips = keys.Texts("ips"),
        IpRanges = keys.ObjectLists("ipRanges", RangeJson.Read),
    };
}

using CniBridge.Linux.Route.Links;
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
        CniVersion = keys.GetString("cniVersion"),
        Name = keys.GetString("name"),
        LogLevel = keys.IsString("logLevel") ? keys.GetString("logLevel") : null,
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
    public bool? PromiscMode { get; init; }
    public int? Vlan { get; init; }
    public List<VlanTrunkJson?>? VlanTrunk { get; init; }
    public bool? PreserveDefaultVlan { get; init; }
    public bool? MacSpoofCheck { get; init; }
    public bool? EnableDad { get; init; }
    public bool? DisableContainerInterface { get; init; }
    public PortSettings PortSettings { get; init; }
    public IpamTypeJson? Ipam { get; init; }
    public DnsJson? Dns { get; init; }
    public string? LogLevel { get; init; }
    public ArgsJson? Args { get; init; }
    public RuntimeConfigJson? RuntimeConfig { get; init; }

    internal static BridgeJson Read(JsonKeys keys) => new()
    {
        Bridge = keys.GetString("bridge"),
        IsGateway = keys.GetBoolean("isGateway"),
        IsDefaultGateway = keys.GetBoolean("isDefaultGateway"),
        ForceAddress = keys.GetBoolean("forceAddress"),
        IpMasq = keys.GetBoolean("ipMasq"),
        IsMasq = keys.GetBoolean("isMasq"),
        IpMasqBackend = keys.GetString("ipMasqBackend"),
        NonMasqueradeCidrs = keys.GetStrings("nonMasqueradeCIDRs"),
        Mtu = keys.GetInt32("mtu", orWord: Auto),
        IsMtuAuto = keys.IsWord("mtu", Auto),
        PromiscMode = keys.GetBoolean("promiscMode"),
        Vlan = keys.GetInt32("vlan"),
        VlanTrunk = keys.GetObjects("vlanTrunk", VlanTrunkJson.Read),
        PreserveDefaultVlan = keys.GetBoolean("preserveDefaultVlan"),
        MacSpoofCheck = keys.GetBoolean("macspoofchk"),
        EnableDad = keys.GetBoolean("enabledad"),
        DisableContainerInterface = keys.GetBoolean("disableContainerInterface"),
        PortSettings =
            Choose(keys.GetBoolean("hairpinMode"), PortSettings.Hairpin) |
            Choose(keys.GetBoolean("portIsolation"), PortSettings.Isolated),
        Ipam = keys.GetObject("ipam", IpamTypeJson.Read),
        Dns = keys.GetObject("dns", DnsJson.Read),
        LogLevel = keys.GetString("logLevel"),
        Args = keys.GetObject("args", ArgsJson.Read),
        RuntimeConfig = keys.GetObject("runtimeConfig", RuntimeConfigJson.Read),
    };

    static PortSettings Choose(bool? isOn, PortSettings setting) => isOn == true ? setting : PortSettings.None;

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
        Id = keys.GetInt32("id"),
        MinId = keys.GetInt32("minID"),
        MaxId = keys.GetInt32("maxID"),
    };
}

/// <summary>The keys that DEL reads. An error in any other key must not keep a deleted container's address reserved.</summary>
sealed record DeleteJson
{
    public IpamDeleteJson? Ipam { get; init; }
    public bool ChecksMacSpoofing { get; init; }

    internal static DeleteJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.GetObject("ipam", IpamDeleteJson.Read),
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
        Type = keys.GetString("type"),
        Ipam = keys.GetObject("ipam", IpamTypeJson.Read),
    };
}

sealed record IpamTypeJson
{
    public string? Type { get; init; }

    internal static IpamTypeJson Read(JsonKeys keys) => new()
    {
        Type = keys.GetString("type"),
    };
}

sealed record ArgsJson
{
    public CniArgsJson? Cni { get; init; }

    internal static ArgsJson Read(JsonKeys keys) => new()
    {
        Cni = keys.GetObject("cni", CniArgsJson.Read),
    };
}

/// <summary>args.cni (CNI conventions).</summary>
sealed record CniArgsJson
{
    public string? Mac { get; init; }
    public List<string?>? Ips { get; init; }

    internal static CniArgsJson Read(JsonKeys keys) => new()
    {
        Mac = keys.GetString("mac"),
        Ips = keys.GetStrings("ips"),
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
        Mac = keys.GetString("mac"),
        Ips = keys.GetStrings("ips"),
        IpRanges = keys.GetObjectLists("ipRanges", RangeJson.Read),
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace CniBridge.Plugins.Protocol;

// Network configurations as written: every key optional, every value as it came. The records that the plugins work with
// (BridgeConfig, HostLocalConfig) are made from these, with every check.

/// <summary>What the dispatcher reads of every configuration.</summary>
sealed record HeaderJson
{
    public string? CniVersion { get; init; }
    public string? Name { get; init; }
}

/// <summary>The keys of a bridge network; those of its address management are read from the same text by the IPAM plugin.</summary>
sealed record BridgeJson
{
    public string? Bridge { get; init; }
    public bool? IsGateway { get; init; }
    public bool? IsDefaultGateway { get; init; }
    public bool? ForceAddress { get; init; }
    public bool? IpMasq { get; init; }

    /// <summary>Another name of ipMasq in old tutorials.</summary>
    public bool? IsMasq { get; init; }
    public string? IpMasqBackend { get; init; }
    public int? Mtu { get; init; }
    public bool? HairpinMode { get; init; }
    public bool? PromiscMode { get; init; }
    public int? Vlan { get; init; }
    public JsonElement? VlanTrunk { get; init; }
    public bool? PreserveDefaultVlan { get; init; }

    [JsonPropertyName("macspoofchk")]
    public bool? MacSpoofCheck { get; init; }

    [JsonPropertyName("enabledad")]
    public bool? EnableDad { get; init; }
    public bool? DisableContainerInterface { get; init; }
    public bool? PortIsolation { get; init; }
    public IpamTypeJson? Ipam { get; init; }
    public DnsJson? Dns { get; init; }
    public ArgsJson? Args { get; init; }
    public RuntimeConfigJson? RuntimeConfig { get; init; }
}

/// <summary>All that DEL reads: what is wrong elsewhere must not keep a dead container's address.</summary>
sealed record DeleteJson
{
    public IpamDeleteJson? Ipam { get; init; }
}

/// <summary>All that GC reads.</summary>
sealed record GarbageJson
{
    public IpamDeleteJson? Ipam { get; init; }

    [JsonPropertyName("cni.dev/valid-attachments")]
    public List<AttachmentJson?>? ValidAttachments { get; init; }

    /// <summary>The same list under the name of an early draft; libcni sends both.</summary>
    [JsonPropertyName("cni.dev/attachments")]
    public List<AttachmentJson?>? Attachments { get; init; }
}

sealed record AttachmentJson
{
    [JsonPropertyName("containerID")]
    public string? ContainerId { get; init; }

    [JsonPropertyName("ifname")]
    public string? InterfaceName { get; init; }
}

sealed record IpamTypeJson
{
    public string? Type { get; init; }
}

sealed record IpamDeleteJson
{
    public string? Type { get; init; }
    public string? DataDir { get; init; }
    public string? StateDir { get; init; }
}

/// <summary>A configuration with a previous result, for CHECK and chained ADD.</summary>
sealed record PreviousJson
{
    public ResultJson? PrevResult { get; init; }
}

sealed record DnsJson
{
    public List<string?>? Nameservers { get; init; }
    public string? Domain { get; init; }
    public List<string?>? Search { get; init; }
    public List<string?>? Options { get; init; }
}

sealed record ArgsJson
{
    public CniArgsJson? Cni { get; init; }
}

/// <summary>The conventions' args.cni.</summary>
sealed record CniArgsJson
{
    public string? Mac { get; init; }
    public List<string?>? Ips { get; init; }
}

/// <summary>Capability arguments.</summary>
sealed record RuntimeConfigJson
{
    public string? Mac { get; init; }
    public List<string?>? Ips { get; init; }
    public List<List<RangeJson?>?>? IpRanges { get; init; }
}

/// <summary>A host-local network.</summary>
sealed record HostLocalJson
{
    public HostLocalIpamJson? Ipam { get; init; }
    public ArgsJson? Args { get; init; }
    public RuntimeConfigJson? RuntimeConfig { get; init; }
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
}

sealed record RangeJson
{
    public string? Subnet { get; init; }
    public string? RangeStart { get; init; }
    public string? RangeEnd { get; init; }
    public string? Gateway { get; init; }
}

sealed record RouteJson
{
    public string? Dst { get; init; }
    public string? Gw { get; init; }
    public int? Mtu { get; init; }

    [JsonPropertyName("advmss")]
    public int? AdvertisedMss { get; init; }
    public int? Priority { get; init; }
    public int? Table { get; init; }
    public int? Scope { get; init; }
}

/// <summary>A result of any version: the keys of all shapes.</summary>
sealed record ResultJson
{
    public string? CniVersion { get; init; }
    public List<InterfaceJson?>? Interfaces { get; init; }
    public List<IpJson?>? Ips { get; init; }
    public List<RouteJson?>? Routes { get; init; }
    public FamilyJson? Ip4 { get; init; }
    public FamilyJson? Ip6 { get; init; }
    public DnsJson? Dns { get; init; }
}

sealed record InterfaceJson
{
    public string? Name { get; init; }
    public string? Mac { get; init; }
    public int? Mtu { get; init; }
    public string? Sandbox { get; init; }
    public string? SocketPath { get; init; }

    [JsonPropertyName("pciID")]
    public string? PciId { get; init; }
}

sealed record IpJson
{
    public string? Address { get; init; }
    public string? Gateway { get; init; }
    public int? Interface { get; init; }
}

sealed record FamilyJson
{
    public string? Ip { get; init; }
    public string? Gateway { get; init; }
    public List<RouteJson?>? Routes { get; init; }
}

namespace CniBridge.Plugins.Protocol;

// Network configurations as written: every key optional, every value as it came. The records that the plugins work with
// (BridgeConfig, HostLocalConfig) are made from these, with every check.

/// <summary>What the dispatcher reads of every configuration.</summary>
sealed record HeaderJson
{
    public string? CniVersion { get; init; }
    public string? Name { get; init; }

    internal static HeaderJson Read(JsonKeys keys) => new()
    {
        CniVersion = keys.Text("cniVersion"),
        Name = keys.Text("name"),
    };
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
    /// <summary>As written.</summary>
    public string? VlanTrunk { get; init; }
    public bool? PreserveDefaultVlan { get; init; }

    public bool? MacSpoofCheck { get; init; }

    public bool? EnableDad { get; init; }
    public bool? DisableContainerInterface { get; init; }
    public bool? PortIsolation { get; init; }
    public IpamTypeJson? Ipam { get; init; }
    public DnsJson? Dns { get; init; }
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
        Mtu = keys.Number("mtu"),
        HairpinMode = keys.Truth("hairpinMode"),
        PromiscMode = keys.Truth("promiscMode"),
        Vlan = keys.Number("vlan"),
        VlanTrunk = keys.Raw("vlanTrunk"),
        PreserveDefaultVlan = keys.Truth("preserveDefaultVlan"),
        MacSpoofCheck = keys.Truth("macspoofchk"),
        EnableDad = keys.Truth("enabledad"),
        DisableContainerInterface = keys.Truth("disableContainerInterface"),
        PortIsolation = keys.Truth("portIsolation"),
        Ipam = keys.Object("ipam", IpamTypeJson.Read),
        Dns = keys.Object("dns", DnsJson.Read),
        Args = keys.Object("args", ArgsJson.Read),
        RuntimeConfig = keys.Object("runtimeConfig", RuntimeConfigJson.Read),
    };
}

/// <summary>All that DEL reads: what is wrong elsewhere must not keep a dead container's address.</summary>
sealed record DeleteJson
{
    public IpamDeleteJson? Ipam { get; init; }

    internal static DeleteJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.Object("ipam", IpamDeleteJson.Read),
    };
}

/// <summary>All that GC reads.</summary>
sealed record GarbageJson
{
    public IpamDeleteJson? Ipam { get; init; }

    public List<AttachmentJson?>? ValidAttachments { get; init; }

    /// <summary>The same list under the name of an early draft; libcni sends both.</summary>
    public List<AttachmentJson?>? Attachments { get; init; }

    internal static GarbageJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.Object("ipam", IpamDeleteJson.Read),
        ValidAttachments = keys.Objects("cni.dev/valid-attachments", AttachmentJson.Read),
        Attachments = keys.Objects("cni.dev/attachments", AttachmentJson.Read),
    };
}

sealed record AttachmentJson
{
    public string? ContainerId { get; init; }

    public string? InterfaceName { get; init; }

    internal static AttachmentJson Read(JsonKeys keys) => new()
    {
        ContainerId = keys.Text("containerID"),
        InterfaceName = keys.Text("ifname"),
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

sealed record IpamDeleteJson
{
    public string? Type { get; init; }
    public string? DataDir { get; init; }
    public string? StateDir { get; init; }

    internal static IpamDeleteJson Read(JsonKeys keys) => new()
    {
        Type = keys.Text("type"),
        DataDir = keys.Text("dataDir"),
        StateDir = keys.Text("stateDir"),
    };
}

/// <summary>A configuration with a previous result, for CHECK and chained ADD.</summary>
sealed record PreviousJson
{
    public ResultJson? PrevResult { get; init; }

    internal static PreviousJson Read(JsonKeys keys) => new()
    {
        PrevResult = keys.Object("prevResult", ResultJson.Read),
    };
}

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

sealed record ArgsJson
{
    public CniArgsJson? Cni { get; init; }

    internal static ArgsJson Read(JsonKeys keys) => new()
    {
        Cni = keys.Object("cni", CniArgsJson.Read),
    };
}

/// <summary>The conventions' args.cni.</summary>
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

/// <summary>Capability arguments.</summary>
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

/// <summary>A host-local network.</summary>
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

sealed record RouteJson
{
    public string? Dst { get; init; }
    public string? Gw { get; init; }
    public int? Mtu { get; init; }

    public int? AdvertisedMss { get; init; }
    public int? Priority { get; init; }
    public int? Table { get; init; }
    public int? Scope { get; init; }

    internal static RouteJson Read(JsonKeys keys) => new()
    {
        Dst = keys.Text("dst"),
        Gw = keys.Text("gw"),
        Mtu = keys.Number("mtu"),
        AdvertisedMss = keys.Number("advmss"),
        Priority = keys.Number("priority"),
        Table = keys.Number("table"),
        Scope = keys.Number("scope"),
    };
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

    internal static ResultJson Read(JsonKeys keys) => new()
    {
        CniVersion = keys.Text("cniVersion"),
        Interfaces = keys.Objects("interfaces", InterfaceJson.Read),
        Ips = keys.Objects("ips", IpJson.Read),
        Routes = keys.Objects("routes", RouteJson.Read),
        Ip4 = keys.Object("ip4", FamilyJson.Read),
        Ip6 = keys.Object("ip6", FamilyJson.Read),
        Dns = keys.Object("dns", DnsJson.Read),
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
        Name = keys.Text("name"),
        Mac = keys.Text("mac"),
        Mtu = keys.Number("mtu"),
        Sandbox = keys.Text("sandbox"),
        SocketPath = keys.Text("socketPath"),
        PciId = keys.Text("pciID"),
    };
}

sealed record IpJson
{
    public string? Address { get; init; }
    public string? Gateway { get; init; }
    public int? Interface { get; init; }

    internal static IpJson Read(JsonKeys keys) => new()
    {
        Address = keys.Text("address"),
        Gateway = keys.Text("gateway"),
        Interface = keys.Number("interface"),
    };
}

sealed record FamilyJson
{
    public string? Ip { get; init; }
    public string? Gateway { get; init; }
    public List<RouteJson?>? Routes { get; init; }

    internal static FamilyJson Read(JsonKeys keys) => new()
    {
        Ip = keys.Text("ip"),
        Gateway = keys.Text("gateway"),
        Routes = keys.Objects("routes", RouteJson.Read),
    };
}

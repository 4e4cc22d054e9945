using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Plan;

/// <summary>The validated configuration of a bridge network.</summary>
sealed record BridgeConfig
{
    const string DefaultBridge = "cni0";

    /// <summary>The smallest MTU of an IPv4 link (RFC 791) and the largest of a veth (ETH_MAX_MTU).</summary>
    internal const int MinMtu = 68, MaxMtu = 65535;

    internal required string Bridge { get; init; }

    /// <summary>True: the bridge has the pods' gateway addresses, and the node forwards.</summary>
    internal bool IsGateway { get; init; }

    /// <summary>True: pods get a default route through the gateway.</summary>
    internal bool IsDefaultGateway { get; init; }

    /// <summary>True: replace a conflicting address of the bridge. False: refuse.</summary>
    internal bool ForcesAddress { get; init; }

    /// <summary>The MTU in bytes of both veth ends and of a new bridge; 0: the kernel's default.</summary>
    internal int Mtu { get; init; }

    /// <summary>True: use the MTU of the link of the node's default route.</summary>
    internal bool IsMtuAuto { get; init; }

    /// <summary>The settings of the pod's port that are on.</summary>
    internal PortSettings PortSettings { get; init; }
    internal bool IsPromiscuous { get; init; }

    /// <summary>The VLAN of the pod's frames, which also has the gateway; 0: none.</summary>
    internal int Vlan { get; init; }

    /// <summary>The VLANs that the pod sees with their tags.</summary>
    internal IReadOnlyList<VlanRange> Trunk { get; init; } = [];

    /// <summary>True: a new bridge filters VLANs. Any of the VLAN keys has this effect, also an empty list.</summary>
    internal bool FiltersVlans { get; init; }

    /// <summary>
    /// The VLAN of the pods in the bridge's forwarding table; 0: the bridge does not filter VLANs. Pods without a VLAN of their own are in
    /// the default VLAN of a filtering bridge.
    /// </summary>
    internal int ForwardingVlan => Vlan == 0 && FiltersVlans ? DefaultVlan : Vlan;

    /// <summary>The default of vlan_default_pvid.</summary>
    const int DefaultVlan = 1;

    /// <summary>True: the port keeps the VLAN that the bridge gives each port.</summary>
    internal bool PreservesDefaultVlan { get; init; }

    /// <summary>True: the container interface stays down and without addresses; another program configures it.</summary>
    internal bool LeavesPodInterfaceDown { get; init; }

    /// <summary>True: traffic of pods to the outside leaves with the node's address.</summary>
    internal bool Masquerades { get; init; }

    /// <summary>Networks that pods reach with their own addresses in spite of <see cref="Masquerades"/>.</summary>
    internal IReadOnlyList<Cidr> NotMasqueraded { get; init; } = [];

    /// <summary>True: drop the pod's frames with a source MAC other than its own.</summary>
    internal bool ChecksMacSpoofing { get; init; }

    /// <summary>True: wait for IPv6 duplicate address detection in the pod.</summary>
    internal bool DetectsDuplicates { get; init; }

    /// <summary>The requested MAC of the pod; null: a random one.</summary>
    internal MacAddress? Mac { get; init; }

    /// <summary>The IPAM plugin; null: a layer 2 network without addresses.</summary>
    internal string? IpamType { get; init; }

    /// <summary>DNS settings that override those of the IPAM plugin; null: no override.</summary>
    internal CniDns? Dns { get; init; }

    /// <summary>The name of the link with the VLAN's gateway address; null without a VLAN.</summary>
    internal string? VlanGateway => Vlan == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Bridge}.{Vlan}");

    /// <summary>Reads and validates the configuration.</summary>
    /// <exception cref="CniException">Code 6 for a wrong type, 7 for a wrong value.</exception>
    internal static BridgeConfig Parse(CniRequest request, CniArgs args)
    {
        var json = CniJson.Decode(request.Config, BridgeJson.Read, "network config");
        var config = new BridgeConfig
        {
            Bridge = json.Bridge ?? DefaultBridge,
            IsGateway = json.IsGateway == true || json.IsDefaultGateway == true,
            IsDefaultGateway = json.IsDefaultGateway == true,
            ForcesAddress = json.ForceAddress == true,
            Mtu = json.Mtu ?? 0,
            IsMtuAuto = json.IsMtuAuto,
            PortSettings = json.PortSettings,
            IsPromiscuous = json.PromiscMode == true,
            Vlan = json.Vlan ?? 0,
            Trunk = VlanTrunk.Parse(json.VlanTrunk),
            FiltersVlans = json.Vlan is not (null or 0) || json.VlanTrunk is not null,
            PreservesDefaultVlan = json.PreserveDefaultVlan == true,
            LeavesPodInterfaceDown = json.DisableContainerInterface == true,
            DetectsDuplicates = json.EnableDad == true,
            Mac = ReadMac(json, args),
            IpamType = string.IsNullOrEmpty(json.Ipam?.Type) ? null : json.Ipam.Type,
            Masquerades = AsksForMasquerade(json) && !string.IsNullOrEmpty(json.Ipam?.Type),
            ChecksMacSpoofing = json.MacSpoofCheck == true,
            NotMasqueraded = ReadNetworks(json.NonMasqueradeCidrs, "nonMasqueradeCIDRs"),
            Dns = ReadDns(json.Dns),
        };
        Check(config);
        return json.LogLevel is null or "" or "info" or "debug"
            ? config
            : throw CniException.InvalidConfig("logLevel", $"\"{json.LogLevel}\"", "use info or debug");
    }

    /// <summary>Tells whether masquerade is on. Every backend leads to nftables, because iptables of current nodes uses it too.</summary>
    /// <exception cref="CniException">Code 7: the backend is unknown. Without masquerade it is not checked.</exception>
    static bool AsksForMasquerade(BridgeJson json)
    {
        var isAsked = json.IpMasq == true || json.IsMasq == true;
        if (isAsked && json.IpMasqBackend is not (null or "" or "iptables" or "nftables"))
        {
            throw CniException.InvalidConfig("ipMasqBackend", $"\"{json.IpMasqBackend}\"",
                $"unknown ipmasq backend \"{json.IpMasqBackend}\"");
        }
        return isAsked;
    }

    static Cidr[] ReadNetworks(List<string?>? texts, string key)
    {
        var networks = new List<Cidr>();
        for (var i = 0; i < texts?.Count; i++)
            networks.Add(CniResultReader.ReadCidr(texts[i], string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]")));
        return [.. networks];
    }

    static void Check(BridgeConfig config)
    {
        if (CniName.WhyNoInterfaceName(config.Bridge) is { } why)
            throw CniException.InvalidConfig("bridge", $"\"{config.Bridge}\"", why.Message);
        if (config.PortSettings.HasFlag(PortSettings.Hairpin) && config.IsPromiscuous)
        {
            throw CniException.InvalidConfig("hairpinMode", "true",
                "cannot set hairpin mode and promiscuous mode at the same time");
        }
        if (config.Mtu != 0 && config.Mtu is < MinMtu or > MaxMtu)
            throw CniException.InvalidConfig("mtu", config.Mtu, $"an MTU is a number from {MinMtu} to {MaxMtu}, or 0 for the default");
        if (config.LeavesPodInterfaceDown && config.IpamType is not null)
        {
            throw CniException.InvalidConfig("disableContainerInterface", "true",
                "cannot use IPAM when DisableContainerInterface flag is set");
        }
        CheckVlan(config);
    }

    static void CheckVlan(BridgeConfig config)
    {
        if (config.Vlan is < 0 or > 4094)
        {
            throw CniException.InvalidConfig("vlan", config.Vlan, string.Create(
                CultureInfo.InvariantCulture, $"invalid VLAN ID {config.Vlan} (must be between 0 and 4094)"));
        }
        if (config is { IsGateway: true, IpamType: not null, VlanGateway: { } name } && CniName.WhyNoInterfaceName(name) is { } why)
        {
            throw CniException.InvalidConfig("bridge", $"\"{config.Bridge}\"",
                $"the VLAN's gateway address would be on a link named {name}: {why.Message}");
        }
    }

    /// <summary>Reads the MAC. The runtime's value precedes that of the configuration, which precedes that of CNI_ARGS.</summary>
    static MacAddress? ReadMac(BridgeJson json, CniArgs args)
    {
        var (key, text) = (json.RuntimeConfig?.Mac, json.Args?.Cni?.Mac, args["MAC"]) switch
        {
            ({ Length: > 0 } mac, _, _) => ("runtimeConfig.mac", mac),
            (_, { Length: > 0 } mac, _) => ("args.cni.mac", mac),
            (_, _, var mac) => ("CNI_ARGS MAC", mac),
        };
        if (string.IsNullOrEmpty(text))
            return null;
        if (!MacAddress.TryParse(text, out var address))
            throw CniException.InvalidConfig(key, text, "invalid MAC address");
        return address.IsMulticast || address.IsZero
            ? throw CniException.InvalidConfig(key, text, "a link cannot have a multicast or zero MAC address")
            : address;
    }

    /// <summary>Reads the DNS settings. An empty list overrides the DNS settings of the IPAM plugin.</summary>
    static CniDns? ReadDns(DnsJson? json)
    {
        var isGiven = json is not null &&
            (json.Nameservers is not null || json.Search is not null || json.Options is not null || !string.IsNullOrEmpty(json.Domain));
        return isGiven ? CniResultReader.ReadDns(json) : null;
    }
}

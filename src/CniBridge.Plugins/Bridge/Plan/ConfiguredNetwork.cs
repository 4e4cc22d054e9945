using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Plan;

/// <summary>A bridge network as its configuration describes it, for operator commands.</summary>
public sealed class ConfiguredNetwork
{
    public required string Name { get; init; }

    /// <summary>The bridge's name.</summary>
    public required string Bridge { get; init; }

    /// <summary>The link with the gateway addresses: the bridge, or the link of a VLAN.</summary>
    public required string GatewayLink { get; init; }

    public bool IsGateway { get; init; }

    /// <summary>The settings of the pods' ports that are on.</summary>
    public PortSettings PortSettings { get; init; }

    public bool FiltersVlans { get; init; }

    /// <summary>See <see cref="BridgeConfig.ForwardingVlan"/>.</summary>
    internal int ForwardingVlan { get; init; }

    /// <summary>True if the network needs rules in nftables.</summary>
    public bool NeedsFirewall { get; init; }

    /// <summary>True if hosts outside the node may send packets to a pod's address.</summary>
    public bool IsKnownOutside { get; init; }

    /// <summary>DATADIR/NETWORK; null if another plugin manages the addresses, or none does.</summary>
    public string? StoreDirectory { get; init; }

    /// <summary>ipam.stateDir</summary>
    public string StateDirectory { get; init; } = "";

    internal IReadOnlyList<RangeSet> RangeSets { get; init; } = [];

    /// <summary>The subnets of all range sets; empty if the runtime sends the ranges with each request.</summary>
    public IReadOnlyList<Cidr> Subnets
    {
        get
        {
            var subnets = new List<Cidr>();
            foreach (var set in RangeSets)
            {
                foreach (var range in set.Ranges)
                    subnets.AddOnce(range.Subnet);
            }
            return subnets;
        }
    }

    /// <summary>The number of range sets; each has a file with its last reserved address.</summary>
    public int RangeSetCount => RangeSets.Count;

    /// <summary>Returns the gateway address for a pod's address, or null if no range contains it.</summary>
    public Cidr? FindGateway(IpAddress pod)
    {
        foreach (var set in RangeSets)
        {
            if (set.Find(pod) is { } range)
                return new Cidr(range.Gateway, range.Subnet.PrefixLength);
        }
        return null;
    }

    /// <summary>
    /// Returns whether a pod may have the address: it is in a subnet of the network, but not a gateway, network, broadcast or excluded
    /// address. It may be outside the ranges, because these may have been narrowed since.
    /// </summary>
    internal bool MayServe(IpAddress address) =>
        RangeSets.Any(set => Array.Exists(set.Ranges, range => range.Contains(address) || IsInside(range.Subnet, address))) &&
        !RangeSets.Any(set => Array.Exists(set.Ranges, range => range.Gateway == address) || set.FindExclusion(address) is not null);

    /// <summary>Returns whether a subnet contains an address other than its network and, for IPv4, broadcast address.</summary>
    internal static bool IsInside(Cidr subnet, IpAddress address) =>
        subnet.Contains(address) && address != subnet.Network && (address.IsV6 || address != subnet.Last);

    /// <summary>The gateway addresses of all ranges.</summary>
    public IReadOnlyList<Cidr> Gateways
    {
        get
        {
            var gateways = new List<Cidr>();
            foreach (var set in RangeSets)
            {
                foreach (var range in set.Ranges)
                    gateways.AddOnce(new Cidr(range.Gateway, range.Subnet.PrefixLength));
            }
            return gateways;
        }
    }

    /// <summary>Returns an address that a pod may get; null without ranges of the family.</summary>
    public IpAddress? FindSample(AddressFamily family)
    {
        foreach (var set in RangeSets)
        {
            if (set.Family == family)
                return set.Ranges[0] is var range && range.Start == range.Gateway ? range.Start.Next() : set.Ranges[0].Start;
        }
        return null;
    }

    /// <summary>Returns the number of addresses of each range set, and how many of them are reserved.</summary>
    public IReadOnlyList<PoolUse> CountUse(IReadOnlyList<ReservationState> reservations)
    {
        var uses = new List<PoolUse>();
        foreach (var set in RangeSets)
        {
            var used = 0;
            foreach (var reservation in reservations)
                used += set.Find(reservation.Address) is null ? 0 : 1;
            uses.Add(PoolUse.Create(set, used));
        }
        return uses;
    }

    /// <summary>Parses a configuration.</summary>
    /// <param name="name">The name of the network.</param>
    /// <param name="version">The version of the configuration.</param>
    /// <param name="plugin">The bridge plugin's part of the configuration, as JSON.</param>
    /// <exception cref="CniException">The configuration is invalid; the error is that of ADD.</exception>
    public static ConfiguredNetwork Parse(string name, string version, byte[] plugin)
    {
        var request = CniRequest.ForReading(name, version, plugin);
        var args = CniArgs.Parse("");
        var config = BridgeConfig.Parse(request, args);
        var ipam = config.IpamType == "host-local" ? ParseRanges(request, args) : null;
        return new ConfiguredNetwork
        {
            Name = name,
            Bridge = config.Bridge,
            GatewayLink = config.VlanGateway ?? config.Bridge,
            IsGateway = config.IsGateway && config.IpamType is not null,
            PortSettings = config.PortSettings,
            FiltersVlans = config.FiltersVlans,
            ForwardingVlan = config.ForwardingVlan,
            NeedsFirewall = config.Masquerades || config.ChecksMacSpoofing,
            IsKnownOutside = !config.Masquerades || config.NotMasqueraded.Count > 0,
            RangeSets = ipam?.RangeSets ?? [],
            StoreDirectory = ipam?.Place.Directory,
            StateDirectory = ipam?.Place.StateDirectory ?? "",
        };
    }

    static HostLocalConfig ParseRanges(CniRequest request, CniArgs args)
    {
        var capabilities = CniJson.Decode(request.Config, StatusJson.Read, "network config").Capabilities;
        return HostLocalConfig.Parse(request, args, mayLackRanges: capabilities?.IpRanges == true);
    }
}

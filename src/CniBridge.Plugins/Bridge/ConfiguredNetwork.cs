using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>A bridge network as its configuration has it, for who looks at the node without a call of the protocol.</summary>
public sealed class ConfiguredNetwork
{
    public required string Name { get; init; }

    /// <summary>The bridge's name.</summary>
    public required string Bridge { get; init; }

    /// <summary>The link that carries the gateway addresses: the bridge, or that of a VLAN.</summary>
    public required string GatewayLink { get; init; }

    public bool IsGateway { get; init; }
    public bool IsHairpin { get; init; }
    public bool IsIsolated { get; init; }
    public bool FiltersVlans { get; init; }

    /// <summary>Does it take rules of ours in nftables?</summary>
    public bool NeedsFirewall { get; init; }

    /// <summary>May anybody outside send to a pod's address?</summary>
    public bool IsKnownOutside { get; init; }

    /// <summary>DATADIR/NETWORK; null where another plugin manages the addresses, or nobody.</summary>
    public string? StoreDirectory { get; init; }

    /// <summary>ipam.stateDir</summary>
    public string StateDirectory { get; init; } = "";

    internal IReadOnlyList<RangeSet> RangeSets { get; init; } = [];

    /// <summary>Of each range set the subnets of its ranges; empty where the runtime gives them with each request.</summary>
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

    /// <summary>How many range sets, each of which notes in a file what it gave out last.</summary>
    public int RangeSetCount => RangeSets.Count;

    /// <summary>The gateway's address on the bridge for a pod with an address; null for one of no range.</summary>
    public Cidr? FindGateway(IpAddress pod)
    {
        foreach (var set in RangeSets)
        {
            if (set.Find(pod) is { } range)
                return new Cidr(range.Gateway, range.Subnet.PrefixLength);
        }
        return null;
    }

    /// <summary>The gateways of all ranges.</summary>
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

    /// <summary>An address that a pod may have; null without ranges of the family.</summary>
    public IpAddress? FindSample(bool isV6)
    {
        foreach (var set in RangeSets)
        {
            if (set.IsV6 == isV6)
                return set.Ranges[0] is var range && range.Start == range.Gateway ? range.Start.Next() : set.Ranges[0].Start;
        }
        return null;
    }

    /// <summary>How many addresses each range set has for pods, and how many of those are taken.</summary>
    public IReadOnlyList<PoolUse> CountUse(IReadOnlyList<ReservationState> reservations)
    {
        var uses = new List<PoolUse>();
        foreach (var set in RangeSets)
        {
            var used = 0;
            foreach (var reservation in reservations)
                used += set.Find(reservation.Address) is null ? 0 : 1;
            uses.Add(PoolUse.Of(set, used));
        }
        return uses;
    }

    /// <param name="plugin">The bridge plugin's part of the configuration, as JSON.</param>
    /// <exception cref="CniException">What is wrong with it, as ADD would say.</exception>
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
            IsHairpin = config.Hairpin,
            IsIsolated = config.Isolated,
            FiltersVlans = config.FiltersVlans,
            NeedsFirewall = config.Masquerade || config.ChecksMacSpoofing,
            IsKnownOutside = !config.Masquerade || config.NotMasqueraded.Count > 0,
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

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>A validated host-local configuration.</summary>
sealed record HostLocalConfig
{
    internal required IReadOnlyList<RangeSet> RangeSets { get; init; }
    internal required IReadOnlyList<IpAddress> RequestedAddresses { get; init; }
    internal required IReadOnlyList<CniRoute> Routes { get; init; }

    internal required StorePlace Place { get; init; }

    /// <summary>The time for which a released address is not reused while others are free.</summary>
    internal TimeSpan ReuseDelay { get; init; }

    /// <summary>The path of the resolv.conf with the container's DNS settings; empty: none.</summary>
    internal required string ResolvConf { get; init; }

    /// <summary>Parses and validates the configuration.</summary>
    /// <param name="args">The pairs of CNI_ARGS; IP is used.</param>
    /// <param name="mayLackRanges">True: accept a configuration without ranges, which the runtime sends with other requests.</param>
    /// <exception cref="CniException">Code 6 for a wrong type, 7 for a wrong value.</exception>
    internal static HostLocalConfig Parse(CniRequest request, CniArgs args, bool mayLackRanges = false)
    {
        var json = CniJson.Decode(request.Config, HostLocalJson.Read, "network config");
        var ipam = json.Ipam
            ?? throw new CniException(CniErrorCode.InvalidConfig, "IPAM config missing 'ipam' key");
        var exclusions = Exclusion.Parse(ipam.Exclude, "ipam.exclude");
        var place = StorePlace.Create(request.NetworkName, ipam.DataDir, ipam.StateDir);
        var lockTimeout = Within("ipam.lockTimeout", ipam.LockTimeout, 1, StorePlace.MaxLockTimeout);
        var reuseDelay = Within("ipam.reuseDelay", ipam.ReuseDelay, 0, StorePlace.MaxReuseDelay) ?? 0;
        return new HostLocalConfig
        {
            RequestedAddresses = ReadRequestedAddresses(json, args),
            RangeSets = ReadRangeSets(json, ipam, request.Version, mayLackRanges, exclusions),
            Routes = CniResultReader.Each(ipam.Routes, "ipam.routes", ReadRoute),
            Place = place.With(lockTimeout, reuseDelay),
            ReuseDelay = TimeSpan.FromSeconds(reuseDelay),
            ResolvConf = StorePlace.ReadPath("ipam.resolvConf", ipam.ResolvConf),
        };
    }

    static int? Within(string key, int? value, int lowest, int highest) => value is { } number && (number < lowest || number > highest)
        ? throw CniException.InvalidConfig(
            key, value, string.Create(CultureInfo.InvariantCulture, $"use a number of seconds from {lowest} to {highest}"))
        : value;

    static CniRoute ReadRoute(RouteJson json, string key)
    {
        var route = CniResultReader.ReadRoute(json, key);
        return route.Gateway is { } gateway && gateway.Family != route.Destination.Address.Family
            ? throw CniException.InvalidConfig(key + ".gw", gateway, $"{route.Destination} is of the other address family")
            : route;
    }

    /// <summary>Returns the addresses of CNI_ARGS, args.cni.ips and runtimeConfig.ips together. Ignores prefix lengths.</summary>
    static List<IpAddress> ReadRequestedAddresses(HostLocalJson json, CniArgs args)
    {
        var requested = new List<IpAddress>();
        if (args["IP"] is { Length: > 0 } single)
            requested.AddOnce(ParseRequested(single, "CNI_ARGS IP"));
        AddRange(json.Args?.Cni?.Ips, "args.cni.ips");
        AddRange(json.RuntimeConfig?.Ips, "runtimeConfig.ips");
        return requested;

        void AddRange(List<string?>? texts, string key)
        {
            for (var i = 0; i < texts?.Count; i++)
                requested.AddOnce(ParseRequested(texts[i], Key(key, i)));
        }
    }

    static IpAddress ParseRequested(string? text, string key)
    {
        if (Cidr.TryParse(text, out var cidr))
            return cidr.Address;
        return IpAddress.TryParse(text, out var address)
            ? address
            : throw CniException.InvalidConfig(key, text, $"invalid IP address {text}");
    }

    /// <summary>Returns the ranges of the runtime first, then the single range of ipam.subnet, then those of ipam.ranges.</summary>
    static RangeSet[] ReadRangeSets(HostLocalJson json, HostLocalIpamJson ipam, string version, bool mayLackRanges, Exclusion[] exclusions)
    {
        var sets = new List<RangeSet>();
        for (var i = 0; i < json.RuntimeConfig?.IpRanges?.Count; i++)
            sets.Add(RangeSet.Parse(sets.Count, json.RuntimeConfig.IpRanges[i], Key("runtimeConfig.ipRanges", i)));
        if (!string.IsNullOrEmpty(ipam.Subnet))
            sets.Add(new RangeSet(sets.Count, [AddressRange.Parse(OldStyle(ipam), "ipam")]));
        for (var i = 0; i < ipam.Ranges?.Count; i++)
            sets.Add(RangeSet.Parse(sets.Count, ipam.Ranges[i], Key("ipam.ranges", i)));
        if (sets.Count > 0 || !mayLackRanges)
            Check(sets, version);
        for (var i = 0; i < sets.Count; i++)
            sets[i] = sets[i] with { Exclusions = exclusions };
        return [.. sets];

    }

    static string Key(string list, int index) => $"{list}[{index.ToString(CultureInfo.InvariantCulture)}]";

    static RangeJson OldStyle(HostLocalIpamJson ipam) => new()
    {
        Subnet = ipam.Subnet,
        RangeStart = ipam.RangeStart,
        RangeEnd = ipam.RangeEnd,
        Gateway = ipam.Gateway,
    };

    static void Check(List<RangeSet> sets, string version)
    {
        if (sets.Count == 0)
            throw new CniException(CniErrorCode.InvalidConfig, "no IP ranges specified");
        if (!CniVersion.HasInterfaces(version) && (sets.Count(set => set.Family.IsV6) > 1 || sets.Count(set => !set.Family.IsV6) > 1))
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"CNI version {version} does not support more than 1 address per family");
        }
        for (var i = 0; i < sets.Count; i++)
        {
            if (sets.FindIndex(i + 1, sets[i].Overlaps) is >= 0 and var other)
            {
                throw new CniException(CniErrorCode.InvalidConfig,
                    string.Create(CultureInfo.InvariantCulture, $"range set {i} overlaps with {sets[other].Index}"));
            }
        }
    }
}

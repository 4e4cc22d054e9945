using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>What address management gave, worked out: the pod's addresses and routes, and the bridge's gateway addresses.</summary>
/// <param name="Result">Addresses, routes and DNS as they are reported.</param>
/// <param name="Gateways">Addresses that the bridge must have; empty unless it is a gateway.</param>
/// <param name="Routes">Routes that the pod must have, each once, the gateway filled in.</param>
sealed record AddressPlan(CniResult Result, IReadOnlyList<Cidr> Gateways, IReadOnlyList<CniRoute> Routes)
{
    /// <summary>The container's place in the result's interfaces: after the bridge and the host's veth.</summary>
    const int ContainerInterface = 2;

    /// <summary>Routes of scope link and nearer (rtnetlink.h, RT_SCOPE_LINK) go straight to a link, never through a gateway.</summary>
    const int LinkScope = 253;

    internal List<Cidr> Addresses { get; } = [.. Result.Ips.Select(ip => ip.Address)];
    internal bool HasIPv6 => Addresses.Exists(cidr => cidr.Address.IsV6);

    /// <summary>Is the bridge a gateway of the family?</summary>
    internal bool HasGateway(bool isV6)
    {
        foreach (var gateway in Gateways)
        {
            if (gateway.Address.IsV6 == isV6)
                return true;
        }
        return false;
    }

    /// <exception cref="CniException">Code 7: a network of all addresses, or a route that the kernel refuses.</exception>
    internal static AddressPlan Make(BridgeConfig config, CniResult assigned)
    {
        var ips = new List<CniIp>();
        foreach (var ip in assigned.Ips)
        {
            RefuseWholeFamily(ip.Address);
            var gateway = ip.Gateway ?? (config.IsGateway ? ip.Address.Network.Next() : null);
            ips.Add(ip with { Interface = ContainerInterface, Gateway = gateway });
        }
        var routes = new List<CniRoute>(assigned.Routes);
        if (config.IsDefaultGateway)
            routes.AddRange(MissingDefaultRoutes(ips, routes));
        var result = assigned with { Ips = ips, Routes = routes, Dns = config.Dns ?? assigned.Dns };
        return new AddressPlan(result, config.IsGateway ? GatewaysOf(ips) : [], Resolve(routes, ips));
    }

    /// <summary>The kernel makes a route to an address's network: to 0.0.0.0/0 it replaces the node's default route.</summary>
    static void RefuseWholeFamily(Cidr address)
    {
        if (address.PrefixLength == 0)
        {
            throw CniException.InvalidConfig("ipam", address,
                "the prefix length 0 would replace the default route: the IPAM plugin must return the length of the subnet");
        }
    }

    static List<Cidr> GatewaysOf(List<CniIp> ips)
    {
        var gateways = new List<Cidr>();
        foreach (var ip in ips)
            gateways.AddOnce(new Cidr(ip.Gateway!, ip.Address.PrefixLength));
        return gateways;
    }

    static List<CniRoute> Resolve(List<CniRoute> routes, List<CniIp> ips)
    {
        var resolved = new List<CniRoute>();
        foreach (var route in routes)
            resolved.AddOnce(Resolve(route, ips));
        return resolved;
    }

    /// <summary>One per family, through its first address's gateway, unless a default route goes through a gateway already.</summary>
    static List<CniRoute> MissingDefaultRoutes(List<CniIp> ips, List<CniRoute> routes)
    {
        var missing = new List<CniRoute>();
        foreach (var ip in ips.DistinctBy(ip => ip.Address.Address.IsV6))
        {
            var everywhere = Cidr.Default(ip.Address.Address.IsV6);
            if (!routes.Exists(route => route.Destination == everywhere && IsDefault(route, ips)))
                missing.Add(new CniRoute(everywhere, ip.Gateway));
        }
        return missing;
    }

    /// <summary>
    /// One that names its gateway is the administrator's word on the matter; one that does not counts when it comes to be
    /// the very route that would be added.
    /// </summary>
    static bool IsDefault(CniRoute route, List<CniIp> ips) => route.Gateway is not null ||
        (route is { Priority: 0, Table: null or 0 or MainTable } && Resolve(route, ips).Gateway is not null);

    /// <summary>RT_TABLE_MAIN, linux/rtnetlink.h</summary>
    const uint MainTable = 254;

    /// <summary>A route without a gateway goes through the gateway of its family's first address that has one.</summary>
    static CniRoute Resolve(CniRoute route, List<CniIp> ips)
    {
        var isV6 = route.Destination.Address.IsV6;
        var gateway = route.Gateway ?? (route.Scope >= LinkScope
            ? null
            : ips.Find(ip => ip.Address.Address.IsV6 == isV6 && ip.Gateway is not null)?.Gateway);
        if (gateway is not null && gateway.IsV6 != isV6)
        {
            throw CniException.InvalidConfig("ipam.routes", $"{route.Destination} via {gateway}",
                "destination and gateway are of different address families");
        }
        return route with
        {
            Destination = new Cidr(route.Destination.Network, route.Destination.PrefixLength),
            Gateway = gateway,
        };
    }
}

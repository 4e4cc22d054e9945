using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Plan;

/// <summary>The addresses from IPAM, worked out: the pod's addresses and routes, and the bridge's gateway addresses.</summary>
/// <param name="Result">Addresses, routes and DNS settings as ADD reports them.</param>
/// <param name="Gateways">The gateway addresses of the bridge; empty if it is no gateway.</param>
/// <param name="Routes">The routes of the pod without duplicates, with their gateways.</param>
sealed record AddressPlan(CniResult Result, IReadOnlyList<Cidr> Gateways, IReadOnlyList<CniRoute> Routes)
{
    /// <summary>The index of the container interface in the result, behind the bridge and the host veth.</summary>
    const int ContainerInterface = 2;

    /// <summary>
    /// RT_SCOPE_LINK (linux/rtnetlink.h). Routes of this scope and of narrower ones lead to a link and never have a gateway.
    /// </summary>
    const int LinkScope = 253;

    /// <summary>RT_TABLE_MAIN, linux/rtnetlink.h</summary>
    const uint MainTable = 254;

    internal List<Cidr> Addresses { get; } = [.. Result.Ips.Select(ip => ip.Address)];
    internal bool HasIPv6 => Addresses.Exists(cidr => cidr.Address.IsV6);

    /// <summary>Tells whether the bridge is a gateway of the family.</summary>
    internal bool HasGateway(AddressFamily family)
    {
        foreach (var gateway in Gateways)
        {
            if (gateway.Address.Family == family)
                return true;
        }
        return false;
    }

    /// <exception cref="CniException">Code 7: a network contains all addresses, or the kernel would refuse a route.</exception>
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

    /// <summary>Refuses a network of all addresses: its route would replace the node's default route.</summary>
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

    /// <summary>Returns a default route for each family without one, through the gateway of its first address.</summary>
    static List<CniRoute> MissingDefaultRoutes(List<CniIp> ips, List<CniRoute> routes)
    {
        var missing = new List<CniRoute>();
        foreach (var ip in ips.DistinctBy(ip => ip.Address.Address.IsV6))
        {
            var everywhere = Cidr.Default(ip.Address.Address.Family);
            if (!routes.Exists(route => route.Destination == everywhere && IsDefault(route, ips)))
                missing.Add(new CniRoute(everywhere, ip.Gateway));
        }
        return missing;
    }

    /// <summary>
    /// Tells whether the route replaces the default route. A route with a gateway does, because the administrator chose it. One without
    /// does if it equals the route that would be added.
    /// </summary>
    static bool IsDefault(CniRoute route, List<CniIp> ips) => route.Gateway is not null ||
        (route is { Priority: 0, Table: null or 0 or MainTable } && Resolve(route, ips).Gateway is not null);

    /// <summary>Fills in the gateway: that of the family's first address with one.</summary>
    static CniRoute Resolve(CniRoute route, List<CniIp> ips)
    {
        var family = route.Destination.Address.Family;
        var gateway = route.Gateway ?? (route.Scope >= LinkScope
            ? null
            : ips.Find(ip => ip.Address.Address.Family == family && ip.Gateway is not null)?.Gateway);
        if (gateway is not null && gateway.Family != family)
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

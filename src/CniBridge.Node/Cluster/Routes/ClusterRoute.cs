using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The attributes by which cni-bridge recognizes its routes between nodes.</summary>
public static class ClusterRoute
{
    /// <summary>
    /// The protocol number (rtm_protocol), which iproute2 does not assign to another program. Only routes with this number are changed
    /// or removed.
    /// </summary>
    public const byte Protocol = 67;

    /// <summary>IP6_RT_PRIO_USER, the kernel's metric for IPv6 routes without one. IPv4 routes get 0.</summary>
    const uint DefaultMetricV6 = 1024;

    public static uint Metric(AddressFamily family) => family.IsV6 ? DefaultMetricV6 : 0;

    internal static bool IsOurs(RouteEntry route) => route.Protocol == Protocol;

    /// <summary>Returns the protocol's name in iproute2 (etc/iproute2/rt_protos) for the usual protocols, otherwise its number.</summary>
    internal static string ProtocolName(byte protocol) => protocol switch
    {
        2 => "kernel",
        3 => "boot",
        4 => "static",
        9 => "ra",
        11 => "zebra",
        12 => "bird",
        16 => "dhcp",
        186 => "bgp",
        188 => "ospf",
        _ => protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster;

/// <summary>What marks the routes between nodes as ours.</summary>
public static class ClusterRoute
{
    /// <summary>
    /// rtm_protocol: no other program of conf/rt_protos.d or of iproute2's own list has the number. Only routes that carry it
    /// are ever changed or removed.
    /// </summary>
    public const byte Protocol = 67;

    /// <summary>IP6_RT_PRIO_USER, which the kernel gives IPv6 routes that ask for none; IPv4 routes get 0.</summary>
    const uint DefaultMetricV6 = 1024;

    public static uint Metric(bool isV6) => isV6 ? DefaultMetricV6 : 0;

    internal static bool IsOurs(RouteEntry route) => route.Protocol == Protocol;

    /// <summary>The names of iproute2's list (etc/iproute2/rt_protos), as far as routes of a node have them.</summary>
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

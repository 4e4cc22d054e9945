using CniBridge.Linux.Files;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The node's forwarding, one setting per family.</summary>
static class Forwarding
{
    const string IPv4 = "net/ipv4/ip_forward", IPv6 = "net/ipv6/conf/all/forwarding";

    internal static bool IsOn(bool isV6) => Sysctl.TryRead(isV6 ? IPv6 : IPv4) is not (null or "0");

    internal static void Enable(bool isV6, RouteSocket socket, TextWriter log)
    {
        if (isV6 && Sysctl.TryRead(IPv6) == "0")
            RouterAdvertisements.Keep(socket, log);
        Sysctl.Ensure(isV6 ? IPv6 : IPv4, "1");
    }
}

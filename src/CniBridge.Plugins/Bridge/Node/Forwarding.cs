using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The node's forwarding, one setting per family.</summary>
static class Forwarding
{
    const string IPv4 = "net/ipv4/ip_forward", IPv6 = "net/ipv6/conf/all/forwarding";

    internal static bool IsOn(AddressFamily family) => Sysctl.TryRead(family.IsV6 ? IPv6 : IPv4) is not (null or "0");

    internal static void Enable(AddressFamily family, RouteSocket socket, TextWriter log)
    {
        if (family.IsV6 && Sysctl.TryRead(IPv6) == "0")
            RouterAdvertisements.Keep(socket, log);
        Sysctl.Ensure(family.IsV6 ? IPv6 : IPv4, "1");
    }
}

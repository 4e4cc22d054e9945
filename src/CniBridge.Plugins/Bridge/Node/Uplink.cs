using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The link of the node's default route.</summary>
static class Uplink
{
    /// <summary>Dummy addresses that no network has (RFC 7600, RFC 9780); only the default route leads to them.</summary>
    static readonly string[] s_anywhere = ["192.0.0.8", "100:0:0:1::1"];

    /// <summary>Returns the uplink, or null without a default route of the family.</summary>
    internal static Link? Find(RouteSocket socket, AddressFamily family) =>
        IpAddress.TryParse(s_anywhere[family.IsV6 ? 1 : 0], out var address) && socket.FindLinkTowards(address) is { } index
            ? socket.TryGetLink(index)
            : null;

    /// <summary>Returns the smaller MTU of the uplinks of both families; 0 without a default route.</summary>
    internal static int FindMtu(RouteSocket socket)
    {
        var smallest = 0;
        foreach (var family in AddressFamilies.All)
        {
            if (Find(socket, family) is not { } link)
                continue;
            var mtu = (int)Math.Min(link.Mtu, BridgeConfig.MaxMtu);
            smallest = smallest == 0 ? mtu : Math.Min(smallest, mtu);
        }
        return smallest;
    }
}

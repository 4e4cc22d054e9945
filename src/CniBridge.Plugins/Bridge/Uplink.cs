using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>The link by which the node reaches the world: that of its default route.</summary>
static class Uplink
{
    /// <summary>Dummy addresses, which stand on no network (RFC 7600, RFC 9780): what leads to them is the default route.</summary>
    static readonly string[] s_anywhere = ["192.0.0.8", "100:0:0:1::1"];

    /// <returns>The smaller of both families' links; 0 without a default route.</returns>
    internal static int FindMtu(RouteSocket socket)
    {
        var smallest = 0;
        foreach (var text in s_anywhere)
        {
            if (!IpAddress.TryParse(text, out var address) || socket.FindLinkTowards(address) is not { } index)
                continue;
            var mtu = (int)Math.Min(socket.TryGetLink(index)?.Mtu ?? 0, BridgeConfig.MaxMtu);
            smallest = smallest == 0 ? mtu : Math.Min(smallest, mtu);
        }
        return smallest;
    }
}

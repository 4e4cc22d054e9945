using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>A bridge and its ports.</summary>
/// <param name="OtherPorts">The names of the ports that do not lead to a pod.</param>
public sealed record BridgePicture(
    Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<PodPicture> Pods, IReadOnlyList<string> OtherPorts)
{
    /// <summary>The most ports of a bridge: BR_MAX_PORTS of net/bridge/br_private.h without port 0.</summary>
    public const int MaxPorts = 1023;

    public int PortCount => Pods.Count + OtherPorts.Count;

    internal static BridgePicture Of(Link bridge, PodPicture[] pods, RouteSocket socket)
    {
        var others = new List<string>();
        foreach (var port in socket.ListPorts(bridge.Index))
        {
            if (!Array.Exists(pods, pod => pod.Interface.Host.Index == port.Index))
                others.Add(port.Name);
        }
        return new BridgePicture(bridge, PodInterfaces.GlobalAddresses(socket.ListAddresses(bridge.Index)), pods, others);
    }
}

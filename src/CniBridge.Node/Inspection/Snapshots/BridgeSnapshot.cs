using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>A bridge and its ports.</summary>
/// <param name="OtherPorts">The names of the ports that do not lead to a pod.</param>
public sealed record BridgeSnapshot(
    Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<PodSnapshot> Pods, IReadOnlyList<string> OtherPorts)
{
    /// <summary>The most ports of a bridge: BR_MAX_PORTS of net/bridge/br_private.h without port 0.</summary>
    public const int MaxPorts = 1023;

    public int PortCount => Pods.Count + OtherPorts.Count;

    internal static BridgeSnapshot Create(Link bridge, PodSnapshot[] pods, RouteSocket socket)
    {
        var others = new List<string>();
        foreach (var port in socket.ListPorts(bridge.Index))
        {
            if (!Array.Exists(pods, pod => pod.Interface.Host.Index == port.Index))
                others.Add(port.Name);
        }
        return new BridgeSnapshot(bridge, PodInterfaces.GlobalAddresses(socket.ListAddresses(bridge.Index)), pods, others);
    }
}

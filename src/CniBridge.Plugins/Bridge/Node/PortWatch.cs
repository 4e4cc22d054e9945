using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>
/// A wait for a new port on the node. A worker of the kernel brings the port up after the pod's end; the bridge drops packets that
/// are sent before.
/// </summary>
sealed class PortWatch(RouteSocket socket, Link bridge, VethPair veth) : IPortWatch
{
    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(3);

    readonly LinkWatch _links = LinkWatch.OfLinks();

    public void Await()
    {
        IEnumerable<int> waiting = IsBridgeUp() ? [veth.HostIndex] : [veth.HostIndex, bridge.Index];
        if (!_links.WaitUntilOperational(waiting, socket, s_deadline))
            throw new KernelException($"bring the bridge {bridge.Name} and its port {veth.HostName} up", Errno.ETIMEDOUT);
    }

    /// <summary>
    /// Tells whether the bridge passes traffic. A bridge gets its carrier from its first forwarding port. That may be the port of
    /// another ADD, which came up before this watch was opened, so this method asks the kernel again.
    /// </summary>
    bool IsBridgeUp() => bridge.CanPassTraffic || bridge.RunsStp || socket.TryGetLink(bridge.Index)?.IsOperational == true;

    public void Dispose() => _links.Dispose();
}

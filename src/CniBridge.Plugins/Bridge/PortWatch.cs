using CniBridge.Linux;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// A new port, on the node's side. The kernel brings it up in a worker of its own after the pod's end came up; whatever is
/// sent before is dropped.
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
    /// A bridge gets its carrier from its first port that forwards: this one, or another's that came after the bridge was looked
    /// at and before anything was listened to. So it is looked at again.
    /// </summary>
    bool IsBridgeUp() => bridge.CanPassTraffic || bridge.RunsStp || socket.TryGetLink(bridge.Index)?.IsOperational == true;

    public void Dispose() => _links.Dispose();
}

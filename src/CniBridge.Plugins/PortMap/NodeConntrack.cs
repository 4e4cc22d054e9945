using CniBridge.Linux.Conntrack;

namespace CniBridge.Plugins.PortMap;

/// <summary><see cref="IConntrack"/> on the kernel.</summary>
/// <param name="node">Knows which addresses are its own.</param>
sealed class NodeConntrack(INodePorts node) : IConntrack
{
    /// <summary>Of a port of any address each connection is looked at: others only pass through the node to the same port elsewhere.</summary>
    public void ForgetOthers(HostPortFlow flow)
    {
        using var socket = new ConntrackSocket();
        socket.Delete(FilterOf(flow), entry => entry.Reply.Source != flow.PodAddress && IsToNode(entry, flow));
    }

    bool IsToNode(ConntrackEntry entry, HostPortFlow flow) =>
        flow.HostAddress is not null || (entry.Original.Destination is { } destination && node.IsOwn(destination));

    public void ForgetOwn(HostPortFlow flow)
    {
        using var socket = new ConntrackSocket();
        socket.Delete(FilterOf(flow) with { ReplySource = flow.PodAddress, ReplySourcePort = flow.PodPort });
    }

    static ConntrackFilter FilterOf(HostPortFlow flow) =>
        new(flow.PodAddress.IsV6, (byte)flow.Protocol, flow.HostPort) { Destination = flow.HostAddress };
}

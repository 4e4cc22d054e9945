using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;

namespace CniBridge.Plugins.PortMap;

/// <summary><see cref="IConntrack"/> on the kernel.</summary>
/// <param name="node">Knows which addresses are its own.</param>
sealed class NodeConntrack(INodePorts node) : IConntrack
{
    /// <summary>A node has few addresses; connections that pass through it have any number of destinations.</summary>
    const int MaxKnown = 1024;

    readonly Dictionary<IpAddress, bool> _isOwn = [];

    public void Forget(IReadOnlyList<StaleConnections> stale)
    {
        if (stale.Count == 0)
            return;
        var selections = new ConntrackSelection[stale.Count];
        for (var i = 0; i < selections.Length; i++)
            selections[i] = stale[i].End == FlowEnd.Pod ? LeadingToPod(stale[i].Flow) : LeadingElsewhere(stale[i].Flow);
        using var socket = new ConntrackSocket();
        socket.Delete(selections);
    }

    static ConntrackSelection LeadingToPod(HostPortFlow flow) =>
        new(FilterOf(flow) with { ReplySource = flow.PodAddress, ReplySourcePort = flow.PodPort });

    /// <summary>Of a port of any address each connection is looked at: others only pass through the node to the same port elsewhere.</summary>
    ConntrackSelection LeadingElsewhere(HostPortFlow flow) => new(FilterOf(flow))
    {
        Condition = entry => entry.Reply.Source != flow.PodAddress && (flow.HostAddress is not null || IsOwn(entry.Original.Destination)),
    };

    bool IsOwn(IpAddress address)
    {
        if (_isOwn.TryGetValue(address, out var isOwn))
            return isOwn;
        if (_isOwn.Count >= MaxKnown)
            _isOwn.Clear();
        return _isOwn[address] = node.IsOwn(address);
    }

    static ConntrackFilter FilterOf(HostPortFlow flow) =>
        new(flow.PodAddress.IsV6, (byte)flow.Protocol, flow.HostPort) { Destination = flow.HostAddress };
}

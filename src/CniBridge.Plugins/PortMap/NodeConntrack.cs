using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;

namespace CniBridge.Plugins.PortMap;

/// <summary>The implementation of <see cref="IConntrack"/> for the kernel.</summary>
/// <param name="node">Tells which addresses belong to the node.</param>
sealed class NodeConntrack(INodePorts node) : IConntrack
{
    /// <summary>The limit for remembered addresses. A node has few; connections through it have any number of destinations.</summary>
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

    /// <summary>
    /// Selects the connections of a port. For a port of any address it checks each connection, because others only pass through the
    /// node.
    /// </summary>
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
        new(flow.PodAddress.Family, (byte)flow.Protocol, flow.HostPort) { Destination = flow.HostAddress };
}

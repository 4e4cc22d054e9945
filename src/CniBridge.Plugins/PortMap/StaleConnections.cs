namespace CniBridge.Plugins.PortMap;

/// <summary>The condition that makes connections over a port of the node stale.</summary>
enum FlowEnd
{
    /// <summary>The reply comes from the pod's port: the pod has lost the port.</summary>
    Pod,

    /// <summary>The reply comes from another address: the port now belongs to the pod.</summary>
    Elsewhere,
}

/// <summary>Connections to flush, because the rules that they follow have changed.</summary>
sealed record StaleConnections(HostPortFlow Flow, FlowEnd End);

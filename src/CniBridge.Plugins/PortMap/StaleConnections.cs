namespace CniBridge.Plugins.PortMap;

/// <summary>Which of the connections over a port of the node are stale.</summary>
enum FlowEnd
{
    /// <summary>Those whose reply comes from the pod's port: the pod has lost the port.</summary>
    Pod,

    /// <summary>Those whose reply comes from another address: the port is the pod's now.</summary>
    Elsewhere,
}

/// <summary>Connections that the kernel has to forget, because rules that they follow have changed.</summary>
sealed record StaleConnections(HostPortFlow Flow, FlowEnd End);

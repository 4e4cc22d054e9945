namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about bridges and their ports.</summary>
static class BridgeFindings
{
    internal static readonly FindingKind NotABridge = new("not-a-bridge", Severity.Error,
        "The link {BRIDGE} is not a bridge, but {KIND}",
        "Pods of the network cannot start",
        "ip link set {BRIDGE} down name {NEW}");

    internal static readonly FindingKind BridgeDown = new("bridge-down", Severity.Error,
        "The bridge {BRIDGE} is down",
        "Pods on the bridge have no connectivity",
        "ip link set {BRIDGE} up");

    internal static readonly FindingKind GatewayMissing = new("gateway-missing", Severity.Error,
        "{BRIDGE} is missing the gateway address {ADDRESS} of running pods",
        "These pods cannot reach hosts outside the node",
        "ip address add {ADDRESS} dev {BRIDGE}");

    internal static readonly FindingKind ForeignAddress = new("bridge-foreign-address", Severity.Warning,
        "{BRIDGE} has the address {ADDRESS}, which is neither a gateway address of the network {NETWORK} nor the gateway of a running pod",
        "The node sends packets for this subnet to the bridge; pods of another node with this subnet cannot be reached",
        "ip address del {ADDRESS} dev {BRIDGE}");

    internal static readonly FindingKind BridgeMtu = new("bridge-mtu", Severity.Warning,
        "The MTU of {BRIDGE} ({MTU}) is larger than the MTU of the uplink {LINK} ({OTHER})",
        "Large packets of pods are lost where path MTU discovery fails; \"mtu\": \"auto\" sets the right MTU for new pods",
        "ip link set {BRIDGE} mtu {OTHER}");

    internal static readonly FindingKind PortMtu = new("port-mtu", Severity.Warning,
        "The MTU of {PORT} ({POD}) is {MTU}, smaller than the MTU of {BRIDGE} ({OTHER})",
        "Large packets to the pod are lost",
        "ip link set {PORT} mtu {OTHER}");

    internal static readonly FindingKind SpanningTree = new("bridge-stp", Severity.Warning,
        "The spanning tree protocol (STP) is on for {BRIDGE}",
        "A new pod has no connectivity for its first 30 seconds",
        "ip link set {BRIDGE} type bridge stp_state 0");

    internal static readonly FindingKind VlansNotFiltered = new("bridge-vlans-off", Severity.Error,
        "VLAN filtering is disabled on the bridge {BRIDGE}, but the network {NETWORK} uses VLANs",
        "Pods of the network cannot start, and running pods of different VLANs are not separated",
        "ip link set {BRIDGE} type bridge vlan_filtering 1");

    internal static readonly FindingKind BridgeFull = new("bridge-full", Severity.Warning,
        "{BRIDGE} has {COUNT} of at most 1023 ports",
        "New pods will soon fail to start",
        "kubectl cordon {NODE}");

    internal static readonly FindingKind PortDown = new("port-down", Severity.Error,
        "The host veth {PORT} of {POD} is down",
        "The pod has no connectivity",
        "ip link set {PORT} up");

    internal static readonly FindingKind PortDetached = new("port-detached", Severity.Error,
        "The host veth {PORT} of {POD} is not attached to the bridge {BRIDGE}",
        "The pod has no connectivity",
        "ip link set {PORT} master {BRIDGE}");

    internal static readonly FindingKind PortHairpin = new("port-hairpin", Severity.Warning,
        "Hairpin mode of the host veth {PORT} of {POD} is {VALUE}, but the configuration says {OTHER}",
        "A pod can reach itself through a service only if hairpin mode is on",
        "ip link set {PORT} type bridge_slave hairpin {OTHER}");

    internal static readonly FindingKind PortIsolation = new("port-isolation", Severity.Warning,
        "Port isolation of the host veth {PORT} of {POD} is {VALUE}, but the configuration says {OTHER}",
        "The pod can reach pods that must be separated from it, or cannot reach its neighbours",
        "ip link set {PORT} type bridge_slave isolated {OTHER}");

    internal static readonly FindingKind[] All =
    [
        NotABridge, BridgeDown, GatewayMissing, ForeignAddress, BridgeMtu, PortMtu, SpanningTree, VlansNotFiltered, BridgeFull,
        PortDown, PortDetached, PortHairpin, PortIsolation,
    ];
}

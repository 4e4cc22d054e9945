namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of bridges and their ports.</summary>
static class BridgeFindings
{
    internal static readonly FindingKind NotABridge = new("not-a-bridge", Severity.Error,
        "The link {BRIDGE} is no bridge, but {KIND}",
        "No pod of the network starts",
        "ip link set {BRIDGE} down name {NEW}");

    internal static readonly FindingKind BridgeDown = new("bridge-down", Severity.Error,
        "The bridge {BRIDGE} is down",
        "No pod on it reaches anything",
        "ip link set {BRIDGE} up");

    internal static readonly FindingKind GatewayMissing = new("gateway-missing", Severity.Error,
        "{BRIDGE} has not the address {ADDRESS}, the gateway of pods that run",
        "They reach nothing outside the node",
        "ip address add {ADDRESS} dev {BRIDGE}");

    internal static readonly FindingKind ForeignAddress = new("bridge-foreign-address", Severity.Warning,
        "{BRIDGE} has the address {ADDRESS}, which is no gateway of the network {NETWORK}, and no pod uses it",
        "The node keeps that network's packets to itself; where it is another node's, its pods are not reached",
        "ip address del {ADDRESS} dev {BRIDGE}");

    internal static readonly FindingKind BridgeMtu = new("bridge-mtu", Severity.Warning,
        "The MTU of {BRIDGE}, {MTU}, is larger than that of {LINK}, {OTHER}, by which the node reaches the world",
        "Large packets of pods are lost where nobody hears that they were too large; \"mtu\": \"auto\" gives new pods the right one",
        "ip link set {BRIDGE} mtu {OTHER}");

    internal static readonly FindingKind PortMtu = new("port-mtu", Severity.Warning,
        "The MTU of {PORT} ({POD}), {MTU}, is smaller than that of {BRIDGE}, {OTHER}",
        "Large packets to the pod are lost",
        "ip link set {PORT} mtu {OTHER}");

    internal static readonly FindingKind SpanningTree = new("bridge-stp", Severity.Warning,
        "{BRIDGE} runs the spanning tree protocol",
        "A new pod has no network for its first thirty seconds",
        "ip link set {BRIDGE} type bridge stp_state 0");

    internal static readonly FindingKind VlansNotFiltered = new("bridge-vlans-off", Severity.Error,
        "{BRIDGE} does not tell VLANs apart, and the network {NETWORK} has VLANs",
        "No pod of the network starts, and those that run hear each other",
        "ip link set {BRIDGE} type bridge vlan_filtering 1");

    internal static readonly FindingKind BridgeFull = new("bridge-full", Severity.Warning,
        "{BRIDGE} has {COUNT} of the 1023 ports that a bridge can have",
        "Soon no pod starts any more",
        "kubectl cordon {NODE}");

    internal static readonly FindingKind PortDown = new("port-down", Severity.Error,
        "The port {PORT} of {POD} is down",
        "The pod reaches nothing",
        "ip link set {PORT} up");

    internal static readonly FindingKind PortDetached = new("port-detached", Severity.Error,
        "The link {PORT} of {POD} is not on the bridge {BRIDGE}",
        "The pod reaches nothing",
        "ip link set {PORT} master {BRIDGE}");

    internal static readonly FindingKind PortHairpin = new("port-hairpin", Severity.Warning,
        "The port {PORT} of {POD} has hairpin {VALUE}, and the configuration wants {OTHER}",
        "The pod reaches itself by a service only where it is on",
        "ip link set {PORT} type bridge_slave hairpin {OTHER}");

    internal static readonly FindingKind PortIsolation = new("port-isolation", Severity.Warning,
        "The port {PORT} of {POD} has isolated {VALUE}, and the configuration wants {OTHER}",
        "Pods reach each other where they should not, or do not where they should",
        "ip link set {PORT} type bridge_slave isolated {OTHER}");

    internal static readonly FindingKind[] All =
    [
        NotABridge, BridgeDown, GatewayMissing, ForeignAddress, BridgeMtu, PortMtu, SpanningTree, VlansNotFiltered, BridgeFull,
        PortDown, PortDetached, PortHairpin, PortIsolation,
    ];
}

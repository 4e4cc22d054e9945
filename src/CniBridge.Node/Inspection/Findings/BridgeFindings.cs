using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about bridges and their ports.</summary>
static class BridgeFindings
{
    internal static Finding NotABridge(string bridge, string kind, string newName) => Finding.Error("not-a-bridge",
        $"The link {bridge} is not a bridge, but {kind}",
        "Pods of the network cannot start",
        $"ip link set {bridge} down name {newName}");

    /// <summary>Creates the finding that the bridge of running pods is gone.</summary>
    /// <param name="pod">One of the pods.</param>
    /// <param name="options">The options of the bridge for "ip link add".</param>
    internal static Finding BridgeMissing(string bridge, string pod, IReadOnlyList<string> options) => Finding.Error("bridge-missing",
        $"The bridge {bridge} does not exist, but pods of its network run, such as {pod}",
        "These pods have no connectivity",
        $"ip link add {bridge} type bridge {options}; ip link set {bridge} up");

    internal static Finding BridgeDown(string bridge) => Finding.Error("bridge-down",
        $"The bridge {bridge} is down",
        "Pods on the bridge have no connectivity",
        $"ip link set {bridge} up");

    internal static Finding GatewayMissing(string bridge, Cidr address) => Finding.Error("gateway-missing",
        $"{bridge} is missing the gateway address {address} of running pods",
        "These pods cannot reach hosts outside the node",
        AddAddress(bridge, address));

    /// <summary>Returns the command that adds an address. Without nodad, an IPv6 address is of no use for the first seconds.</summary>
    static ShellCommand AddAddress(string bridge, Cidr address)
    {
        ShellCommand command = $"ip address add {address} dev {bridge}";
        return address.Address.IsV6 ? $"{command} nodad" : command;
    }

    internal static Finding ForeignAddress(string bridge, Cidr address, string network) => Finding.Warning("bridge-foreign-address",
        $"{bridge} has the address {address}, which is neither a gateway address of the network {network} " +
        "nor the gateway of a running pod",
        "The node sends packets for this subnet to the bridge; pods of another node with this subnet cannot be reached",
        $"ip address del {address} dev {bridge}");

    /// <summary>Creates the finding that packets of a bridge's MTU are too large for the way out of the node.</summary>
    /// <param name="place">The smaller link or route, such as "the uplink eth0".</param>
    internal static Finding BridgeMtu(string bridge, long mtu, string place, long placeMtu) => Finding.Warning("bridge-mtu",
        $"The MTU of {bridge} ({mtu}) is larger than the MTU of {place} ({placeMtu})",
        "Large packets of pods are lost where path MTU discovery fails; \"mtu\": \"auto\" sets the right MTU for new pods",
        $"ip link set {bridge} mtu {placeMtu}");

    internal static Finding PortMtu(string port, string pod, long mtu, string bridge, long bridgeMtu) => Finding.Warning("port-mtu",
        $"The MTU of {port} ({pod}) is {mtu}, smaller than the MTU of {bridge} ({bridgeMtu})",
        "Large packets to the pod are lost",
        $"ip link set {port} mtu {bridgeMtu}");

    /// <summary>Creates the finding that the ends of a veth pair differ.</summary>
    /// <param name="name">The container interface.</param>
    internal static Finding PodMtu(string name, string pod, long mtu, string port, long portMtu, ShellCommand command) =>
        Finding.Error("pod-mtu",
            $"The MTU of {name} in the pod {pod} is {mtu}, but its host veth {port} has the MTU {portMtu}",
            "The end with the smaller MTU drops large packets without a message to the sender",
            command);

    /// <summary>Creates the finding that pods send larger packets than the rest of the path carries.</summary>
    /// <param name="place">The smallest link or route of the path, such as "the uplink eth0".</param>
    internal static Finding PodMtuLarge(IReadOnlyList<string> pods, string place, long placeMtu, ShellCommand command) =>
        Finding.Warning("pod-mtu-large",
            $"The MTU of {place} ({placeMtu}) is smaller than the MTU of pods: {FindingWords.List(pods)}",
            "Large packets of the pods are lost where path MTU discovery fails, or on the way to pods with a smaller MTU",
            command);

    internal static Finding SpanningTree(string bridge) => Finding.Warning("bridge-stp",
        $"The spanning tree protocol (STP) is on for {bridge}",
        "A new pod has no connectivity for its first 30 seconds",
        $"ip link set {bridge} type bridge stp_state 0");

    internal static Finding VlansNotFiltered(string bridge, string network) => Finding.Error("bridge-vlans-off",
        $"VLAN filtering is disabled on the bridge {bridge}, but the network {network} uses VLANs",
        "Pods of the network cannot start, and running pods of different VLANs are not separated",
        $"ip link set {bridge} type bridge vlan_filtering 1");

    internal static Finding BridgeFull(string bridge, long count, long max, string node) => Finding.Warning("bridge-full",
        $"{bridge} has {count} of at most {max} ports",
        "New pods will soon fail to start",
        $"kubectl cordon {node}");

    internal static Finding PortDown(string port, string pod) => Finding.Error("port-down",
        $"The host veth {port} of {pod} is down",
        "The pod has no connectivity",
        $"ip link set {port} up");

    /// <summary>Creates the finding that a port left its bridge. The kernel forgets its settings then.</summary>
    /// <param name="command">Attaches the port with its configured settings.</param>
    internal static Finding PortDetached(string port, string pod, string bridge, ShellCommand command) => Finding.Error("port-detached",
        $"The host veth {port} of {pod} is not attached to the bridge {bridge}",
        "The pod has no connectivity",
        command);

    /// <summary>Returns the method that creates the finding of a setting that differs from the configuration.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a single setting.</exception>
    internal static Func<string, string, string, string, Finding> ForPortSetting(PortSettings setting) => setting switch
    {
        PortSettings.Hairpin => PortHairpin,
        PortSettings.Isolated => PortIsolation,
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting, null),
    };

    /// <summary>Creates the finding that the hairpin mode of a port is not the configured one.</summary>
    /// <param name="value">The mode, "on" or "off".</param>
    /// <param name="configured">The configured mode.</param>
    internal static Finding PortHairpin(string port, string pod, string value, string configured) => Finding.Warning("port-hairpin",
        $"Hairpin mode of the host veth {port} of {pod} is {value}, but the configuration says {configured}",
        "A pod can reach itself through a service only if hairpin mode is on",
        $"ip link set {port} type bridge_slave hairpin {configured}");

    /// <summary>Creates the finding that the isolation of a port is not the configured one.</summary>
    /// <param name="value">The isolation, "on" or "off".</param>
    /// <param name="configured">The configured isolation.</param>
    internal static Finding PortIsolation(string port, string pod, string value, string configured) => Finding.Warning("port-isolation",
        $"Port isolation of the host veth {port} of {pod} is {value}, but the configuration says {configured}",
        "The pod can reach pods that must be separated from it, or cannot reach its neighbours",
        $"ip link set {port} type bridge_slave isolated {configured}");
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about firewall rules, those of cni-bridge and of other programs.</summary>
static class RuleFindings
{
    internal static readonly FindingKind KernelWithoutNftables = new("kernel-without-nftables", Severity.Error,
        "The kernel does not support nftables, which the network {NETWORK} needs: {REASON}",
        "Pods of the network cannot start",
        "modprobe nf_tables");

    internal static readonly FindingKind ForwardingDropped = new("forward-dropped", Severity.Error,
        "{WHAT}",
        "Pods and hosts outside the node cannot reach each other",
        "[COMMAND]");

    internal static readonly FindingKind PodsDropped = new("forward-dropped-between-pods", Severity.Error,
        "{WHAT}; this includes traffic between pods of this node, because bridge netfilter is on",
        "Pods of this node cannot reach each other",
        "[COMMAND]");

    internal static readonly FindingKind LegacyForwardDropped = new("forward-dropped-legacy", Severity.Error,
        "The policy of the iptables-legacy chain FORWARD ({FAMILY}) is DROP, and no rule accepts packets from {BRIDGE}",
        "Pods cannot reach hosts outside the node",
        "[COMMAND] -P FORWARD ACCEPT");

    internal static readonly FindingKind LegacyChains = new("legacy-chains", Severity.Warning,
        "The iptables-legacy table {TABLE} ({FAMILY}) contains chains of the Go plugins ({COUNT}, for example {CHAIN})",
        "Host port and masquerade rules of deleted pods capture packets of new pods",
        "[COMMAND]-save --table {TABLE} | grep -v CNI- | [COMMAND]-restore --table {TABLE}");

    internal static readonly FindingKind MasqueradeLost = new("masquerade-lost", Severity.Error,
        "Masquerade rules of the network {WHAT} are missing or incomplete",
        "Traffic leaves the node with pod source addresses, so replies never arrive",
        "{PROGRAM} repair");

    internal static readonly FindingKind GuardLost = new("macspoofchk-lost", Severity.Error,
        "The macspoofchk rules are incomplete for {WHAT}",
        "The pod can send frames with the MAC address of another pod",
        "{PROGRAM} repair");

    internal static readonly FindingKind HostPortLost = new("hostport-lost", Severity.Error,
        "Parts of the host port rules are missing: {WHAT}",
        "Connections to the host port do not reach the pod",
        "{PROGRAM} repair");

    internal static readonly FindingKind RecordStale = new("record-stale", Severity.Warning,
        "{PATH} records rules of {POD}, but its network namespace is gone",
        "The runtime sent no DEL; host ports of the pod stay occupied and lead nowhere",
        "{PROGRAM} del {CONTAINER} --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}");

    internal static readonly FindingKind RecordOrphaned = new("record-orphaned", Severity.Warning,
        "{PATH} records rules of {POD}, but its network namespace and its network configuration are gone",
        "The runtime sent no DEL, and cannot send one without the configuration",
        "rm {PATH}");

    internal static readonly FindingKind[] All =
    [
        KernelWithoutNftables, ForwardingDropped, PodsDropped, LegacyForwardDropped, LegacyChains, MasqueradeLost, GuardLost,
        HostPortLost, RecordStale, RecordOrphaned,
    ];
}

namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of rules, ours and others'.</summary>
static class RuleFindings
{
    internal static readonly FindingKind KernelWithoutNftables = new("kernel-without-nftables", Severity.Error,
        "The kernel has no nftables, and the network {NETWORK} needs them: {REASON}",
        "No pod of the network starts",
        "modprobe nf_tables");

    internal static readonly FindingKind ForwardingDropped = new("forward-dropped", Severity.Error,
        "{WHAT}",
        "Pods and the world outside do not reach each other",
        "[COMMAND]");

    internal static readonly FindingKind PodsDropped = new("forward-dropped-between-pods", Severity.Error,
        "{WHAT}, and the kernel asks it about packets between pods of one node too (bridge-nf-call-iptables = 1)",
        "Pods of the node do not reach each other",
        "[COMMAND]");

    internal static readonly FindingKind LegacyForwardDropped = new("forward-dropped-legacy", Severity.Error,
        "iptables-legacy drops what it does not know at the hook FORWARD ({FAMILY}), and no rule of it accepts what comes by {BRIDGE}",
        "Pods reach nothing outside the node",
        "[COMMAND] -P FORWARD ACCEPT");

    internal static readonly FindingKind LegacyChains = new("legacy-chains", Severity.Warning,
        "iptables-legacy has {COUNT} chains of the Go plugins in its table {TABLE} ({FAMILY}), such as {CHAIN}",
        "Host ports and masquerading of pods that are gone catch packets of those that came after",
        "[COMMAND]-save --table {TABLE} | grep -v CNI- | [COMMAND]-restore --table {TABLE}");

    internal static readonly FindingKind MasqueradeLost = new("masquerade-lost", Severity.Error,
        "The masquerading of the network {WHAT} is not whole any more",
        "What its pods send to the world carries addresses that nobody answers to",
        "{PROGRAM} repair");

    internal static readonly FindingKind GuardLost = new("macspoofchk-lost", Severity.Error,
        "macspoofchk is not whole any more for {WHAT}",
        "The pod may send with the MAC of another",
        "{PROGRAM} repair");

    internal static readonly FindingKind HostPortLost = new("hostport-lost", Severity.Error,
        "Host ports do not work any more: {WHAT}",
        "Who asks at the node's port reaches no pod",
        "{PROGRAM} repair");

    internal static readonly FindingKind RecordOfDead = new("record-of-dead", Severity.Warning,
        "{PATH} records rules of {POD}, whose namespace is gone",
        "No DEL came: its host ports, if it had any, lead nowhere and are taken",
        "{PROGRAM} del {CONTAINER} --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}");

    internal static readonly FindingKind RecordOfNobody = new("record-of-nobody", Severity.Warning,
        "{PATH} records rules of {POD}, whose namespace is gone and whose network has no configuration",
        "No DEL came, and none can come",
        "rm {PATH}");

    internal static readonly FindingKind[] All =
    [
        KernelWithoutNftables, ForwardingDropped, PodsDropped, LegacyForwardDropped, LegacyChains, MasqueradeLost, GuardLost,
        HostPortLost, RecordOfDead, RecordOfNobody,
    ];
}

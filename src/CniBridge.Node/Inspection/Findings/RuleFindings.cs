using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about firewall rules, those of cni-bridge and of other programs.</summary>
static class RuleFindings
{
    internal static Finding KernelWithoutNftables(string network, string reason) => Finding.Error("kernel-without-nftables",
        $"The kernel does not support nftables, which the network {network} needs: {reason}",
        "Pods of the network cannot start",
        $"modprobe nf_tables");

    internal static Finding ForwardingDropped(string what, ShellCommand command) => Finding.Error("forward-dropped",
        what,
        "Connections of pods or to pods time out or are refused",
        command);

    internal static Finding PodsDropped(string what, ShellCommand command) => Finding.Error("forward-dropped-between-pods",
        $"{what}; this includes traffic between pods of this node, because bridge netfilter is on",
        "Pods of this node cannot reach each other",
        command);

    internal static Finding LegacyForwardingDropped(string what, ShellCommand command) => Finding.Error("forward-dropped-legacy",
        what,
        "Connections of pods or to pods time out or are refused; nft does not list this chain",
        command);

    internal static Finding LegacyChains(string table, AddressFamily family, long count, string chain) => Finding.Warning("legacy-chains",
        $"The iptables-legacy table {table} ({family}) contains chains of the Go plugins ({count}, for example {chain})",
        "Host port and masquerade rules of deleted pods capture packets of new pods",
        $"{IptablesOf(family)}-save --table {table} | grep -v CNI- | {IptablesOf(family)}-restore --table {table}");

    /// <summary>Creates the finding that the kernel does not run the rules of a table.</summary>
    /// <param name="table">The family and the name of the table.</param>
    internal static Finding TableDormant(IReadOnlyList<string> table) => Finding.Error("table-dormant",
        $"The nftables table {string.Join(' ', table)} of cni-bridge is dormant",
        "Masquerading, host ports or the check of MAC addresses do not work",
        $"nft add table {table}");

    internal static Finding MasqueradeLost(string what, string program) => Finding.Error("masquerade-lost",
        $"Masquerade rules of the network {what} are missing or incomplete",
        "Traffic leaves the node with pod source addresses, so replies never arrive",
        $"{program} repair");

    internal static Finding GuardLost(string what, string program) => Finding.Error("macspoofchk-lost",
        $"The macspoofchk rules are incomplete for {what}",
        "The pod can send frames with the MAC address of another pod",
        $"{program} repair");

    internal static Finding HostPortLost(string what, string program) => Finding.Error("hostport-lost",
        $"Parts of the host port rules are missing: {what}",
        "Connections to the host port do not reach the pod",
        $"{program} repair");

    /// <summary>Creates the finding that a record belongs to a pod that is gone.</summary>
    /// <param name="path">The file of the record.</param>
    /// <param name="file">The network configuration.</param>
    /// <param name="plugins">The plugin directory.</param>
    internal static Finding RecordStale(
        string path, string pod, string container, string ifname, string file, string plugins, string program) =>
        Finding.Warning("record-stale",
            $"{path} records rules of {pod}, but its network namespace is gone",
            "The runtime sent no DEL; host ports of the pod stay occupied and lead nowhere",
            $"{program} del {container} --ifname {ifname} --conf {file} --bin-dir {plugins}");

    internal static Finding RecordOrphaned(string path, string pod) => Finding.Warning("record-orphaned",
        $"{path} records rules of {pod}, but its network namespace and its network configuration are gone",
        "The runtime sent no DEL, and cannot send one without the configuration",
        $"rm {path}");

    static string IptablesOf(AddressFamily family) => family.IsV6 ? "ip6tables-legacy" : "iptables-legacy";
}

namespace CniBridge.Commands;

/// <summary>Example command lines for --help and the reference. A test parses each of them.</summary>
static class Examples
{
    /// <summary>The examples of each command. The key is the command's name without the program, such as "ipam list".</summary>
    internal static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["add"] =
        [
            "cni-bridge add box /run/netns/box",
            "cni-bridge add box box --port 8080:80/tcp --ip 10.244.1.9 --args K8S_POD_NAME=web-0",
            "cni-bridge add box box --conf conf/10-bridge.conflist --bin-dir artifacts/cni-bin",
        ],
        ["del"] = ["cni-bridge del box box", "cni-bridge del box"],
        ["check"] = ["cni-bridge check box box"],
        ["conf init"] = ["cni-bridge conf init --cluster-cidr 10.244.0.0/16 --service-cidr 10.96.0.0/12"],
        ["conf validate"] = ["cni-bridge conf validate", "cni-bridge conf validate conf/10-bridge.conflist --bin-dir artifacts/cni-bin"],
        ["conf show"] = ["cni-bridge conf show --output json"],
        ["repair"] = ["nft flush ruleset; cni-bridge repair"],
        ["install"] =
        [
            "cni-bridge install",
            "cni-bridge install --with-conf --pod-cidr 10.244.1.0/24 --cluster-cidr 10.244.0.0/16 --host-integration",
        ],
        ["rollback"] = ["cni-bridge rollback"],
        ["uninstall"] = ["cni-bridge uninstall --dry-run", "cni-bridge uninstall", "cni-bridge uninstall --root /host"],
        ["version"] = ["cni-bridge version --output json"],
        ["routes sync"] =
        [
            "cni-bridge routes sync --nodes /etc/cni-bridge/nodes.json",
            "kubectl get nodes -o json | cni-bridge routes sync --nodes - --dry-run",
        ],
        ["routes show"] = ["cni-bridge routes show --output json"],
        ["routes verify"] = ["cni-bridge routes verify --wide"],
        ["routes plan"] = ["cni-bridge routes plan --for router --format frr"],
        ["ipam list"] = ["cni-bridge ipam list --wide", "cni-bridge ipam list --network podnet --output json"],
        ["ipam show"] = ["cni-bridge ipam show 10.244.1.7"],
        ["ipam leaks"] = ["cni-bridge ipam leaks || cni-bridge ipam gc"],
        ["ipam gc"] = ["cni-bridge ipam gc --dry-run"],
        ["ipam release"] = ["cni-bridge ipam release 10.244.1.7"],
        ["ipam rebuild"] = ["cni-bridge ipam rebuild"],
        ["log"] = ["cni-bridge log --failed --last 10", "cni-bridge log --follow --pod shop/web-0", "cni-bridge log --since 10m --wide"],
        ["show"] = ["cni-bridge show", "cni-bridge show --output dot | dot -Tsvg > node.svg"],
        ["pod"] = ["cni-bridge pod shop/web-0", "cni-bridge pod 10.244.1.7 --output json"],
        ["doctor"] = ["cni-bridge doctor --service-cidr 10.96.0.0/12", "cni-bridge doctor --output json"],
        ["status"] = ["cni-bridge status || cni-bridge doctor"],
        ["metrics"] = ["cni-bridge metrics", "cni-bridge metrics --textfile /var/lib/node_exporter/cni-bridge.prom"],
        ["completion"] = ["cni-bridge completion bash > /etc/bash_completion.d/cni-bridge"],
    };

    internal static string[] For(string words) => All.GetValueOrDefault(words, []);
}

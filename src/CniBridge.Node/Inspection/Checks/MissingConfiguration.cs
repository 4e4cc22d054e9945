using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The search for this node's pod CIDRs, for a node without a network configuration.</summary>
sealed class MissingConfiguration(DoctorContext node)
{
    /// <summary>The bridge of the configurations that cni-bridge writes.</summary>
    const string Bridge = "cni0";

    string Program => node.Options.Program;

    string Directory => node.Options.ConfigurationDirectory;

    /// <summary>
    /// The command that writes a configuration from the node table, or from the gateway addresses of the bridge. Without both, the command
    /// that shows the pod CIDRs in Kubernetes.
    /// </summary>
    internal ShellCommand Command =>
        FromTable(NodeFile.DefaultPath) ?? FromTable(node.Options.NodeCachePath) ?? FromBridge() ??
        $"kubectl get node {node.Options.NodeName ?? "NODE"} --output yaml";

    ShellCommand? FromTable(string path)
    {
        if (node.Options.NodeName is not { } name || !HasRanges(path, name))
            return null;
        return $"{Program} conf init --path {Directory}/10-cni-bridge.conflist --nodes {path} --node-name {name}";
    }

    static bool HasRanges(string path, string name)
    {
        try
        {
            return File.Exists(path) && new NodeFile(path).Read().Find(name) is { PodRanges.Count: > 0 };
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            return false;
        }
    }

    ShellCommand? FromBridge()
    {
        if (node.Links.TryGetLink(Bridge) is not { Kind: "bridge" } bridge)
            return null;
        var addresses = PodInterfaces.GlobalAddresses(node.Links.ListAddresses(bridge.Index));
        if (addresses.Count == 0)
            return null;
        ShellCommand command = $"{Program} install --bin-dir {node.Options.PluginDirectory} --conf-dir {Directory} --with-conf";
        foreach (var address in addresses)
            command = $"{command} --pod-cidr {new Cidr(address.Network, address.PrefixLength)}";
        return command;
    }
}

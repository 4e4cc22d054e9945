using System.CommandLine;
using System.CommandLine.Parsing;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.CommandLine;

/// <summary>The options that select the source of the nodes table and this node's name. Several commands share them.</summary>
sealed class NodeSourceOptions
{
    readonly Option<string?> _nodes = new("--nodes")
    {
        Description = "Nodes file, or '-' for standard input: our own format, or the output of 'kubectl get nodes -o json'. " +
            $"[default: {NodeFile.DefaultPath}]",
    };

    readonly Option<string?> _nodeName = SharedOptions.NodeName();

    readonly Option<string[]> _clusterCidrs = SharedOptions.ClusterCidrs(
        "The cluster's pod CIDRs. Pods reach them without masquerading, and pod CIDRs of nodes outside them get no route. " +
        "[default: clusterCidrs of the nodes file, if any]");

    internal void AddTo(Command command)
    {
        command.Add(_clusterCidrs);
        command.Add(_nodes);
        command.Add(_nodeName);
    }

    /// <summary>Replaces the description of --nodes, for a program that has other sources as well.</summary>
    internal void DescribeNodes(string description) => _nodes.Description = description;

    /// <summary>Returns the source that the command line names. It never falls back to the last good table on disk.</summary>
    /// <exception cref="RuntimeException">A value of --cluster-cidr is not a network.</exception>
    internal INodeSource Source(ParseResult parsed)
    {
        var source = new NodeFile(parsed.GetValue(_nodes) ?? NodeFile.DefaultPath);
        return Networks(parsed) is { Count: > 0 } networks ? new ClusterNodes(source, networks) : source;
    }

    /// <summary>Returns a table that was read earlier, with the values of --cluster-cidr if there are any.</summary>
    /// <exception cref="RuntimeException">A value of --cluster-cidr is not a network.</exception>
    internal NodeTable WithNetworks(ParseResult parsed, NodeTable table) =>
        Networks(parsed) is { Count: > 0 } networks ? table.WithClusterCidrs(networks) : table;

    /// <summary>Returns the values of --cluster-cidr.</summary>
    /// <exception cref="RuntimeException">A value is not a network.</exception>
    internal IReadOnlyList<Cidr> Networks(ParseResult parsed) =>
        ConflistSettings.ParseList("--cluster-cidr", parsed.GetValue(_clusterCidrs) ?? []);

    /// <summary>Tells whether --nodes was given.</summary>
    internal bool IsGiven(CommandResult result) => result.GetResult(_nodes) is not null;

    /// <summary>Returns the value of --nodes, or null if it was not given.</summary>
    internal string? FindNodes(ParseResult parsed) => parsed.GetValue(_nodes);

    /// <summary>Returns this node's name: --node-name, else NODE_NAME, else the host name.</summary>
    /// <exception cref="RuntimeException">None of them is set.</exception>
    internal string NodeName(ParseResult parsed)
    {
        if (parsed.GetValue(_nodeName) is { Length: > 0 } given)
            return given;
        return FindNodeName() ?? throw new RuntimeException("this node has no host name: set its name with --node-name");
    }

    /// <summary>Returns NODE_NAME, else the host name in lower case, or null if both are empty.</summary>
    internal static string? FindNodeName()
    {
        if (Environment.GetEnvironmentVariable("NODE_NAME") is { Length: > 0 } variable)
            return variable;
        // The full name, as the kubelet uses it. Environment.MachineName cuts it at the first dot.
        return Sysctl.TryRead("kernel/hostname") is { Length: > 0 } host ? host.ToLowerInvariant() : null;
    }
}

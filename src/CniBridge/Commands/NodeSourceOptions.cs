using System.CommandLine;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>Where the nodes of the cluster are known from, and which of them this one is: the same in all commands that ask.</summary>
sealed class NodeSourceOptions
{
    readonly Option<string?> _nodes = new("--nodes")
    {
        Description = "File of nodes, or '-': our own format, or what 'kubectl get nodes -o json' prints. " +
            $"[default: {NodeFile.DefaultPath}]",
    };

    readonly Option<bool> _kubernetes = new("--kubernetes") { Description = "Ask Kubernetes, with kubectl." };

    readonly Option<string> _kubectl = new("--kubectl")
    {
        Description = "Path of kubectl.",
        DefaultValueFactory = _ => KubectlCommand.DefaultProgram,
    };

    readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "For kubectl. [default: as kubectl finds it, else the kubelet's]",
    };

    readonly Option<string?> _nodeName = new("--node-name")
    {
        Description = "This node's name. [default: $NODE_NAME, else the host name]",
    };

    readonly Option<string[]> _clusterCidrs = new("--cluster-cidr")
    {
        Description = "Networks that hold all pod ranges of the cluster: other pod ranges get no route, and pods reach these networks without " +
            "masquerading. [default: clusterCidrs of the nodes file, if any]",
        AllowMultipleArgumentsPerToken = true,
    };

    internal void AddTo(Command command)
    {
        command.Add(_clusterCidrs);
        command.Add(_nodes);
        command.Add(_kubernetes);
        command.Add(_kubectl);
        command.Add(_kubeconfig);
        command.Add(_nodeName);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_nodes) is not null && result.GetValue(_kubernetes))
                result.AddError("--nodes and --kubernetes name two sources: give one of them");
        });
    }

    /// <summary>The source that the command line names, without the last good table on disk: see <see cref="CachedNodes"/>.</summary>
    /// <exception cref="RuntimeException">A cluster network is no network.</exception>
    internal INodeSource Source(ParseResult parsed)
    {
        INodeSource source = parsed.GetValue(_kubernetes)
            ? new Kubectl(Command(parsed), Kubectl.DefaultTimeout)
            : new NodeFile(parsed.GetValue(_nodes) ?? NodeFile.DefaultPath);
        return Networks(parsed) is { Count: > 0 } networks ? new ClusterNodes(source, networks) : source;
    }

    /// <summary>Returns a table that was read earlier with the networks that the command line names now.</summary>
    /// <exception cref="RuntimeException">A cluster network is no network.</exception>
    internal NodeTable WithNetworks(ParseResult parsed, NodeTable table) =>
        Networks(parsed) is { Count: > 0 } networks ? table.WithClusterCidrs(networks) : table;

    IReadOnlyList<Cidr> Networks(ParseResult parsed) => ConflistSettings.ParseList("--cluster-cidr", parsed.GetValue(_clusterCidrs) ?? []);

    /// <summary>The path of the file that is the source; null if it is no file, and cannot be watched.</summary>
    internal string? File(ParseResult parsed) =>
        parsed.GetValue(_kubernetes) || parsed.GetValue(_nodes) == "-" ? null : parsed.GetValue(_nodes) ?? NodeFile.DefaultPath;

    /// <summary>Tells when Kubernetes is to be asked again; null if it is not the source.</summary>
    internal KubectlWatch? Watch(ParseResult parsed) => parsed.GetValue(_kubernetes) ? new KubectlWatch(Command(parsed)) : null;

    KubectlCommand Command(ParseResult parsed) =>
        new(parsed.GetRequiredValue(_kubectl), parsed.GetValue(_kubeconfig), EnvironmentVariables.ReadAll());

    /// <exception cref="RuntimeException">Nothing says what it is.</exception>
    internal string NodeName(ParseResult parsed)
    {
        if (parsed.GetValue(_nodeName) is { Length: > 0 } given)
            return given;
        return FindNodeName() ?? throw new RuntimeException("this node has no host name: name it with --node-name");
    }

    /// <summary>As the node says itself; null: it does not.</summary>
    internal static string? FindNodeName()
    {
        if (Environment.GetEnvironmentVariable("NODE_NAME") is { Length: > 0 } variable)
            return variable;
        // The whole of it, as the kubelet takes it; the library cuts it at the first dot.
        return Sysctl.TryRead("kernel/hostname") is { Length: > 0 } host ? host.ToLowerInvariant() : null;
    }
}

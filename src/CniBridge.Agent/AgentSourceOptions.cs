using System.CommandLine;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes;
using CniBridge.Agent.Loop;
using CniBridge.CommandLine;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Agent;

/// <summary>The options that select the source of the agent's nodes: an API server or a file.</summary>
sealed class AgentSourceOptions
{
    readonly NodeSourceOptions _nodes = new();

    readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Kubeconfig file of the API server that lists the nodes. [default: the service account of this pod]",
    };

    internal void AddTo(RootCommand command)
    {
        _nodes.DescribeNodes("Nodes file, instead of an API server: our own format, or the output of 'kubectl get nodes -o json'.");
        _nodes.AddTo(command);
        command.Add(_kubeconfig);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_kubeconfig) is not null && _nodes.IsGiven(result))
                result.AddError("--nodes and --kubeconfig cannot be combined: use one of them");
        });
    }

    internal string NodeName(ParseResult parsed) => _nodes.NodeName(parsed);

    internal NodeTable WithNetworks(ParseResult parsed, NodeTable table) => _nodes.WithNetworks(parsed, table);

    /// <summary>Opens the source that the command line names.</summary>
    /// <exception cref="RuntimeException">The source cannot be used; the message names the option or the file.</exception>
    internal AgentSource Open(ParseResult parsed)
    {
        if (_nodes.FindNodes(parsed) is not { } path)
            return OpenApi(parsed);
        if (path == "-")
            throw new RuntimeException("--nodes - is not possible: the agent reads the nodes repeatedly, but standard input only once");
        var changes = new FileChanges(path);
        return new AgentSource(new FileFeed(_nodes.Source(parsed), changes), changes);
    }

    AgentSource OpenApi(ParseResult parsed)
    {
        try
        {
            var client = new ApiClient(ReadAccess(parsed.GetValue(_kubeconfig)));
            var feed = new ApiFeed(client, new WatchSchedule(), _nodes.Networks(parsed));
            return new AgentSource(feed, feed, client);
        }
        catch (AccessException e)
        {
            throw new RuntimeException(e.Message);
        }
    }

    static ApiAccess ReadAccess(string? kubeconfig)
    {
        if (kubeconfig is not null)
            return Kubeconfig.Read(kubeconfig);
        var environment = EnvironmentVariables.ReadAll();
        return InClusterAccess.IsAvailable(environment)
            ? InClusterAccess.Read(environment)
            : throw new RuntimeException(
                "no source of the nodes: this is not a pod with a service account, so give --kubeconfig FILE or --nodes FILE");
    }
}

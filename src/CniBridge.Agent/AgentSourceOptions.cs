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

    readonly Option<bool> _condition = new("--node-condition")
    {
        Description = "Clear the condition NetworkUnavailable of this node when the agent is ready. Needs patch of nodes/status in RBAC.",
    };

    internal void AddTo(RootCommand command)
    {
        _nodes.DescribeNodes("Nodes file, instead of an API server: our own format, or the output of 'kubectl get nodes -o json'.");
        _nodes.AddTo(command);
        command.Add(_kubeconfig);
        command.Add(_condition);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_kubeconfig) is not null && _nodes.IsGiven(result))
                result.AddError("--nodes and --kubeconfig cannot be combined: use one of them");
            if (result.GetValue(_condition) && _nodes.IsGiven(result))
                result.AddError("--nodes and --node-condition cannot be combined: the condition is in the API server");
        });
    }

    internal string NodeName(ParseResult parsed) => _nodes.NodeName(parsed);

    internal NodeTable WithNetworks(ParseResult parsed, NodeTable table) => _nodes.WithNetworks(parsed, table);

    /// <summary>Opens the source that the command line names.</summary>
    /// <param name="isDryRun">True to log a change of the condition without making it.</param>
    /// <exception cref="RuntimeException">The source cannot be used; the message names the option or the file.</exception>
    internal AgentSource Open(ParseResult parsed, AgentLog log, bool isDryRun)
    {
        if (_nodes.FindNodes(parsed) is not { } path)
            return OpenApi(parsed, log, isDryRun);
        if (path == "-")
            throw new RuntimeException("--nodes - is not possible: the agent reads the nodes repeatedly, but standard input only once");
        var changes = new FileChanges(path);
        return new AgentSource(new FileFeed(_nodes.Source(parsed), changes), null, changes);
    }

    AgentSource OpenApi(ParseResult parsed, AgentLog log, bool isDryRun)
    {
        try
        {
            var client = new ApiClient(ReadAccess(parsed.GetValue(_kubeconfig)));
            var condition = parsed.GetValue(_condition)
                ? new NetworkCondition(client, NodeName(parsed), new WatchSchedule(), log, isDryRun)
                : null;
            var feed = new ApiFeed(client, new WatchSchedule(), _nodes.Networks(parsed), condition);
            return condition is null
                ? new AgentSource(feed, null, feed, client)
                : new AgentSource(feed, condition, feed, condition, client);
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

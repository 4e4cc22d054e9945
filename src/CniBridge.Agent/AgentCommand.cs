using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CniBridge.Agent.Loop;
using CniBridge.Agent.Serving;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;

namespace CniBridge.Agent;

/// <summary>The command line of the agent.</summary>
sealed class AgentCommand
{
    const string Program = "cni-bridge-agent", NoServer = "none";

    static readonly string[] s_examples =
    [
        "cni-bridge-agent --conflist --cluster-cidr 10.244.0.0/16",
        "cni-bridge-agent --kubeconfig /etc/cni-bridge/kubeconfig --conflist --cluster-cidr 10.244.0.0/16",
        "cni-bridge-agent --nodes /etc/cni-bridge/nodes.json --log json --listen none",
    ];

    readonly AgentSourceOptions _source = new();

    readonly Option<bool> _dryRun = SharedOptions.DryRun("Log the changes without making them.");

    readonly Option<string> _log = new("--log")
    {
        Description = "Format of the log on standard error, one line per event: text or json.",
        DefaultValueFactory = _ => "text",
    };

    readonly Option<string?> _conflist = new("--conflist")
    {
        Description = $"Also maintain this node's network configuration from its pod CIDRs. [without a path: {ConflistFile.DefaultPath}]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string[]> _serviceCidrs = SharedOptions.ServiceCidrs("For --conflist: the cluster's service CIDR.");

    readonly Option<string> _listen = new("--listen")
    {
        Description = $"Address and port of the server for /healthz, /readyz and /metrics, or {NoServer}.",
        DefaultValueFactory = _ => "127.0.0.1:9469",
    };

    /// <summary>Runs the agent until a signal stops it, and returns the exit code.</summary>
    internal static int Run(string[] args)
    {
        var root = new AgentCommand().Make();
        HelpWithExamples.AddTo(root, _ => s_examples);
        return OperatorCommands.Run(root, args, Program);
    }

    /// <summary>Returns the manual page, docs/cni-bridge-agent.8.</summary>
    internal static string CreateManual() => ManualPage.Create(
        new AgentCommand().Make(), Program, "maintains the routes of a node to the pods of other nodes", s_examples);

    RootCommand Make()
    {
        _log.AcceptOneOf("text", "json");
        var command = new RootCommand(
            "Maintains this node's routes to the pods of other nodes until it is stopped. The routes stay in the kernel afterwards.")
        {
            _conflist, _serviceCidrs, _dryRun, _log, _listen,
        };
        _source.AddTo(command);
        ArgumentOrder.AddAliases(command);
        command.SetAction(parsed => OperatorCommands.Report(() => Run(parsed)));
        return command;
    }

    void Run(ParseResult parsed)
    {
        // Registered before anything that takes time: the kernel ignores a signal without handler if the agent is process 1 of a container.
        var trigger = new Trigger();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var log = new AgentLog(DescriptorStream.StandardError, parsed.GetValue(_log) == "json");
        using var source = _source.Open(parsed, log, parsed.GetValue(_dryRun));
        var agent = new NodeAgent(OptionsOf(parsed, source, log), source.Feed, log, trigger);
        using var server = Serve(parsed, agent.State, source.Condition, log);
        agent.Run();

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            trigger.Stop();
        }
    }

    HttpServer? Serve(ParseResult parsed, AgentState state, INodeCondition? condition, AgentLog log)
    {
        var text = parsed.GetRequiredValue(_listen);
        if (text == NoServer)
            return null;
        var name = _source.NodeName(parsed);
        var directory = Path.GetDirectoryName(ConflistFile.DefaultPath)!;
        try
        {
            return new HttpServer(
                HttpServer.ParseEndpoint(text), new AgentPages(state, () => NodeHealth.Take(directory, name), condition).Find,
                log.Information);
        }
        catch (Exception e) when (e is FormatException or SocketException)
        {
            throw new RuntimeException($"cannot listen on --listen {text}: {e.Message}; use another address and port, or {NoServer}");
        }
    }

    AgentOptions OptionsOf(ParseResult parsed, AgentSource source, AgentLog log)
    {
        var cache = new NodeCache(NodeCache.DefaultPath);
        var isDryRun = parsed.GetValue(_dryRun);
        return new AgentOptions
        {
            NodeName = _source.NodeName(parsed),
            IsDryRun = isDryRun,
            ReadLast = () => cache.TryLoad(out _) is { } last ? _source.WithNetworks(parsed, last) : null,
            Save = isDryRun ? _ => { } : cache.Save,
            Conflist = ConflistOf(parsed, source.Feed, log),
            Condition = source.Condition,
        };
    }

    AgentConflist? ConflistOf(ParseResult parsed, INodeFeed feed, AgentLog log) => parsed.GetResult(_conflist) is null
        ? null
        : new AgentConflist(new ConflistFile(parsed.GetValue(_conflist) ?? ConflistFile.DefaultPath), log)
        {
            NodeName = _source.NodeName(parsed),
            Source = feed.Description,
            Settings = ConflistSettings.Parse([], parsed.GetValue(_serviceCidrs) ?? []),
            IsDryRun = parsed.GetValue(_dryRun),
        };
}

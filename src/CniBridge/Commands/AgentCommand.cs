using System.CommandLine;
using System.Runtime.InteropServices;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Agent;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Output;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>The command agent: maintains the routes between nodes until it is stopped.</summary>
sealed class AgentCommand
{
    readonly NodeSourceOptions _source = new();

    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Log the changes without making them." };

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

    readonly Option<string[]> _serviceCidrs = new("--service-cidr")
    {
        Description = "For --conflist: the cluster's service CIDR.",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<string?> _metrics = new("--metrics")
    {
        Description = "Serve the output of the command metrics at GET /metrics on this loopback address and port, such as 127.0.0.1:9469.",
    };

    internal static Command Agent() => new AgentCommand().Make();

    Command Make()
    {
        _log.AcceptOneOf("text", "json");
        var command = new Command("agent",
            "Maintain this node's routes to the pods of other nodes until the agent is stopped. The routes stay in the kernel afterwards.")
        {
            _conflist, _serviceCidrs, _dryRun, _log, _metrics,
        };
        _source.AddTo(command);
        command.SetAction(parsed => OperatorCommands.Report(() => Run(parsed)));
        return command;
    }

    void Run(ParseResult parsed)
    {
        var log = new AgentLog(DescriptorStream.StandardError, parsed.GetValue(_log) == "json");
        using var kubernetes = _source.Watch(parsed) is { } watch ? new KubernetesChanges(watch) : null;
        using var file = _source.File(parsed) is { } path ? new FileChanges(path) : null;
        ISourceChanges changes = kubernetes is not null ? kubernetes : file is not null ? file
            : throw new RuntimeException("--nodes - is not possible: the agent reads the nodes repeatedly, but standard input only once");
        var source = _source.Source(parsed);
        using var running = source as IDisposable;
        var agent = new NodeAgent(OptionsOf(parsed, log), source, changes, log);
        using var metrics = ServeMetrics(parsed, log);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        agent.Run();

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            agent.Stop();
        }
    }

    MetricsServer? ServeMetrics(ParseResult parsed, AgentLog log)
    {
        if (parsed.GetValue(_metrics) is not { } text)
            return null;
        var name = _source.NodeName(parsed);
        try
        {
            return new MetricsServer(
                MetricsServer.ParseEndpoint(text),
                () => MetricsText.Format(NodeHealth.Take(HealthOptions.DefaultConfDir, name), new OperationLog().Read()),
                log.Information);
        }
        catch (Exception e) when (e is FormatException or System.Net.Sockets.SocketException)
        {
            throw new RuntimeException($"--metrics: {e.Message}");
        }
    }

    AgentOptions OptionsOf(ParseResult parsed, AgentLog log)
    {
        var cache = new NodeCache(NodeCache.DefaultPath);
        var conflist = ConflistOf(parsed, log);
        var isDryRun = parsed.GetValue(_dryRun);
        return new AgentOptions
        {
            NodeName = _source.NodeName(parsed),
            IsDryRun = isDryRun,
            ReadLast = () => cache.TryLoad(out _) is { } last ? _source.WithNetworks(parsed, last) : null,
            OnTable = table =>
            {
                if (!isDryRun)
                    cache.Save(table);
                return conflist?.Update(table) ?? [];
            },
        };
    }

    AgentConflist? ConflistOf(ParseResult parsed, AgentLog log) => parsed.GetResult(_conflist) is null
        ? null
        : new AgentConflist(new ConflistFile(parsed.GetValue(_conflist) ?? ConflistFile.DefaultPath), log)
        {
            NodeName = _source.NodeName(parsed),
            Source = _source.Source(parsed).Description,
            Settings = ConflistSettings.Parse([], parsed.GetValue(_serviceCidrs) ?? []),
            IsDryRun = parsed.GetValue(_dryRun),
        };
}

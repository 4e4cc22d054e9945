using System.CommandLine;
using System.Runtime.InteropServices;
using CniBridge.Linux;
using CniBridge.Node.Cluster;
using CniBridge.Node.Cluster.Agent;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>agent: the routes between nodes, for as long as it runs.</summary>
sealed class AgentCommand
{
    readonly NodeSourceOptions _source = new();

    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing: log what would be changed." };

    readonly Option<string> _log = new("--log")
    {
        Description = "How to log, on standard error: a line of text or of json for each event.",
        DefaultValueFactory = _ => "text",
    };

    readonly Option<string?> _conflist = new("--conflist")
    {
        Description = $"Keep this node's network configuration as its pod ranges say, too. [without a path: {ConflistFile.DefaultPath}]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string[]> _serviceCidrs = new("--service-cidr")
    {
        Description = "For --conflist: what services have addresses from.",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<string?> _metrics = new("--metrics")
    {
        Description = "Answer GET /metrics on this address and port of loopback, such as 127.0.0.1:9469, with what the command metrics prints.",
    };

    internal static Command Agent() => new AgentCommand().Make();

    Command Make()
    {
        _log.AcceptOneOf("text", "json");
        var command = new Command("agent",
            "Keep this node's routes to the pods of other nodes right until it is stopped; the routes stay then.")
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
            : throw new RuntimeException("the agent reads its nodes again and again: standard input has them once");
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
                () => MetricsText.Of(NodeHealth.Take(HealthOptions.DefaultConfDir, name), new OperationLog().Read()),
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

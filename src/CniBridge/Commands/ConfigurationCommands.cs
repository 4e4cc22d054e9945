using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>The command conf init: writes this node's network configuration.</summary>
sealed class ConfigurationCommands
{
    readonly NodeSourceOptions _source = new();

    readonly Option<string[]> _serviceCidrs = SharedOptions.ServiceCidrs();

    readonly Option<string> _path = new("--path")
    {
        Description = "File to write.",
        DefaultValueFactory = _ => ConflistFile.DefaultPath,
    };

    readonly Option<bool> _dryRun = SharedOptions.DryRun("Print the configuration without writing it.");

    internal static Command Make() => new("conf", "Write, check and show network configurations.")
    {
        new ConfigurationCommands().Init(),
        ConfigurationReviewCommands.Validate(),
        ConfigurationReviewCommands.Show(),
    };

    Command Init()
    {
        var command = new Command("init", "Write this node's network configuration from its pod CIDRs.")
        {
            _serviceCidrs, _path, _dryRun,
        };
        _source.AddTo(command);
        command.SetAction(parsed => OperatorCommands.Report(() => Init(parsed)));
        return command;
    }

    void Init(ParseResult parsed)
    {
        var settings = ConflistSettings.Parse([], parsed.GetValue(_serviceCidrs) ?? []);
        var source = _source.Source(parsed);
        var (nodes, name) = (source.Read(), _source.NodeName(parsed));
        using var socket = new RouteSocket();
        nodes = nodes.Apply(RouteSnapshot.Take(socket).CreateRangePolicy(nodes.ClusterCidrs, name));
        foreach (var problem in nodes.Problems)
            OperatorCommands.Warn(problem.ToString());
        var text = NodeConflist.Make(nodes, name, source.Description, settings);
        var file = new ConflistFile(parsed.GetRequiredValue(_path));
        if (parsed.GetValue(_dryRun))
            OperatorCommands.Print(ScreenText.Document(text));
        Tell(file, parsed.GetValue(_dryRun) ? file.Compare(text) : file.Write(text), parsed.GetValue(_dryRun));
        if (file.FindEarlier() is { } earlier)
            OperatorCommands.Warn(file.DescribeEarlier(earlier));
    }

    static void Tell(ConflistFile file, ConflistChange change, bool isDryRun)
    {
        if (change == ConflistChange.NotOurs)
            throw new RuntimeException(file.DescribeNotOurs());
        if (!isDryRun)
            OperatorCommands.Print($"{(change == ConflistChange.Written ? $"wrote {file.Path}" : $"{file.Path} is up to date")}\n");
    }
}

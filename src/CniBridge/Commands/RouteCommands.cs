using System.CommandLine;
using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>routes sync, show and plan: the routes between nodes, once and by hand.</summary>
sealed class RouteCommands
{
    readonly NodeSourceOptions _source = new();

    readonly OutputOption _output = new();

    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing: print what would be changed." };

    readonly Option<bool> _force = new("--force")
    {
        Description = "Believe a list of nodes that is empty or lacks this node, and remove the routes that it does not ask for.",
    };

    readonly Option<string> _for = new("--for")
    {
        Description = "Whose routes: this node's, or those of a router by which all nodes reach each other.",
        DefaultValueFactory = _ => "node",
    };

    readonly Option<string> _format = new("--format")
    {
        Description = "How to print them: as commands of ip or FRR, as a protocol of BIRD, or as json.",
        DefaultValueFactory = _ => RoutePlan.Ip,
    };

    readonly Option<int?> _quota = new("--quota")
    {
        Description = "Exit with 2 if there are more routes than so many.",
        CustomParser = result => OptionValues.ParseCount(result),
    };

    internal static Command Routes() => new("routes", "The routes by which pods of different nodes reach each other.")
    {
        new RouteCommands().Sync(),
        new RouteCommands().Show(),
        new RouteCommands().Plan(),
    };

    Command Sync()
    {
        var command = Make("sync", "Make this node's routes what the table of nodes says, once.", _dryRun, _force);
        command.SetReportedAction(parsed =>
        {
            var source = _source.Source(parsed);
            var (table, name) = (source.Read(), _source.NodeName(parsed));
            if (!parsed.GetValue(_force) && table.FindImplausibility(name) is { } why)
                throw new RuntimeException($"the nodes from {source.Description} are refused: {why}; no route is changed (--force believes them)");
            using var socket = new RouteSocket();
            var report = new RouteReconciler(socket).Run(table, name, parsed.GetValue(_dryRun));
            OperatorCommands.Print(_output.IsJson(parsed) ? RouteOutput.Json(report) : RouteOutput.Text(report));
            return report.Problems.Count > 0 ? ExitCode.Findings : ExitCode.Fine;
        });
        return command;
    }

    Command Show()
    {
        var command = Make("show", "Print the routes between nodes as the kernel has them, and which are missing.");
        command.SetReportedAction(parsed =>
        {
            var (table, name) = (TryRead(parsed), _source.NodeName(parsed));
            var implausibility = table?.FindImplausibility(name);
            if (implausibility is not null)
                OperatorCommands.Warn($"the nodes cannot be those of this cluster: {implausibility}");
            var isKnown = table is not null && implausibility is null;
            using var socket = new RouteSocket();
            var report = new RouteReconciler(socket).Run(isKnown ? table! : s_nothing, name, isDryRun: true);
            var status = new RouteStatus(report, isKnown);
            OperatorCommands.Print(_output.IsJson(parsed) ? RouteOutput.Json(status) : RouteOutput.Text(status));
            return status.HasFindings || implausibility is not null ? ExitCode.Findings : ExitCode.Fine;
        });
        return command;
    }

    static readonly NodeTable s_nothing = new() { Nodes = [], Problems = [] };

    /// <summary>What the kernel has can be shown without.</summary>
    NodeTable? TryRead(ParseResult parsed)
    {
        try
        {
            return _source.Source(parsed).Read();
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            OperatorCommands.Warn(e.Message);
            return null;
        }
    }

    Command Plan()
    {
        _for.AcceptOneOf("node", "router");
        _format.AcceptOneOf(RoutePlan.Ip, RoutePlan.Frr, RoutePlan.Bird, RoutePlan.Json);
        var command = Make("plan", "Print the routes that the table of nodes asks for, whatever the kernel has.", _for, _format, _quota);
        command.SetReportedAction(parsed =>
        {
            var table = _source.Source(parsed).Read();
            // The rules that need no kernel: the plan may be for another machine.
            table = table.Apply(RangePolicy.Create(table.ClusterCidrs));
            var isRouter = parsed.GetValue(_for) == "router";
            var wanted = isRouter ? WantedRoutes.OfRouter(table) : WantedRoutes.OfNode(table, _source.NodeName(parsed));
            var routes = isRouter ? RouteAggregation.Merge(wanted.Routes) : wanted.Routes;
            var format = _output.IsJson(parsed) ? RoutePlan.Json : parsed.GetRequiredValue(_format);
            OperatorCommands.Print(new RoutePlan(routes, isRouter).Format(format));
            foreach (var problem in wanted.Problems)
                OperatorCommands.Warn(problem.ToString());
            return ExceedsQuota(parsed, routes.Count) || wanted.Problems.Count > 0 ? ExitCode.Findings : ExitCode.Fine;
        });
        return command;
    }

    bool ExceedsQuota(ParseResult parsed, int count)
    {
        if (parsed.GetValue(_quota) is not { } quota || count <= quota)
            return false;
        OperatorCommands.Warn($"{count} routes are {count - quota} more than the quota of {quota}");
        return true;
    }

    Command Make(string name, string description, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description);
        _source.AddTo(command);
        _output.AddTo(command);
        foreach (var option in options)
            command.Add(option);
        return command;
    }
}

using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Probes;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using CniBridge.Output;

namespace CniBridge.Commands;

/// <summary>The commands routes sync, show, verify and plan: update, print or test the routes between nodes once.</summary>
sealed class RouteCommands
{
    readonly NodeSourceOptions _source = new();

    readonly OutputOption _output = new();

    readonly WideOption _wide = new();

    readonly Option<bool> _dryRun = SharedOptions.DryRun("Print the changes without making them.");

    readonly Option<bool> _force = SharedOptions.Force(
        "Accept a list of nodes that is empty or lacks this node, and delete the routes that it does not require.");

    readonly Option<string> _for = new("--for")
    {
        Description = "Print the routes of this node (node), or of a router that connects all nodes (router).",
        DefaultValueFactory = _ => "node",
    };

    readonly Option<string> _format = new("--format")
    {
        Description = "Output format: ip or frr (commands), bird (a protocol), or json.",
        DefaultValueFactory = _ => RoutePlan.Ip,
    };

    readonly Option<int?> _quota = new("--quota")
    {
        Description = "Exit with 2 if there are more than N routes.",
        CustomParser = result => OptionValues.ParseCount(result),
    };

    internal static Command Routes() => new("routes", "Manage the routes between the pods of different nodes.")
    {
        new RouteCommands().Sync(),
        new RouteCommands().Show(),
        new RouteCommands().Verify(),
        new RouteCommands().Plan(),
    };

    Command Sync()
    {
        var command = Make("sync", "Update this node's routes from the nodes table once.", _dryRun, _force);
        command.SetReportedAction(parsed =>
        {
            var source = _source.Source(parsed);
            var (table, name) = (source.Read(), _source.NodeName(parsed));
            if (!parsed.GetValue(_force) && table.FindImplausibility(name) is { } why)
            {
                throw new RuntimeException(
                    $"the nodes from {source.Description} are refused: {why}; no route was changed (use --force to accept them)");
            }
            using var socket = new RouteSocket();
            var report = new RouteReconciler(socket).Run(table, name, parsed.GetValue(_dryRun));
            if (!parsed.GetValue(_dryRun))
                Keep(table, parsed);
            OperatorCommands.Print(_output.IsJson(parsed) ? RouteOutput.Json(report) : RouteOutput.Text(report, _wide.WidthOf(parsed)));
            return report.Problems.Count > 0 ? ExitCode.Findings : ExitCode.Success;
        });
        return command;
    }

    /// <summary>Saves the table as the agent does, so that doctor and status find routes that are lost later.</summary>
    void Keep(NodeTable table, ParseResult parsed)
    {
        if (_source.FindNodes(parsed) == NodeCache.DefaultPath)
            return;
        try
        {
            new NodeCache(NodeCache.DefaultPath).Save(table);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            OperatorCommands.Warn($"doctor cannot find routes that are lost later, because the nodes could not be saved: {e.Message}");
        }
    }

    Command Show()
    {
        var command = Make("show", "Print the routes between nodes in the kernel, and the missing ones.");
        command.SetReportedAction(parsed =>
        {
            var (table, name) = (TryRead(parsed), _source.NodeName(parsed));
            var implausibility = table?.FindImplausibility(name);
            if (implausibility is not null)
                OperatorCommands.Warn($"the list of nodes is implausible: {implausibility}");
            var isKnown = table is not null && implausibility is null;
            using var socket = new RouteSocket();
            var report = new RouteReconciler(socket).Run(isKnown ? table! : s_nothing, name, isDryRun: true);
            var status = new RouteStatus(report, isKnown, FindSilent(socket, report));
            OperatorCommands.Print(_output.IsJson(parsed) ? RouteOutput.Json(status) : RouteOutput.Text(status, _wide.WidthOf(parsed)));
            return status.HasFindings || implausibility is not null ? ExitCode.Findings : ExitCode.Success;
        });
        return command;
    }

    /// <summary>Returns the next hops that do not answer. Without root they are unknown.</summary>
    static IReadOnlySet<IpAddress> FindSilent(RouteSocket socket, RouteReport report)
    {
        if (Environment.IsPrivilegedProcess)
            return new NextHopProbe(socket).FindSilent(report.NextHops, NextHopProbe.UsualDeadline);
        OperatorCommands.TellWhatRootSees("whether the next hops answer");
        return new HashSet<IpAddress>();
    }

    Command Verify()
    {
        var command = Make(
            "verify",
            "Test the path to each other node: whether its next hop answers, whether the gateway address of its pods answers to " +
            "a ping, the round-trip time, and the largest usual packet that passes. Exit code 2: a node does not answer.");
        command.SetReportedAction(parsed =>
        {
            var (table, name) = (_source.Source(parsed).Read(), _source.NodeName(parsed));
            using var socket = new RouteSocket();
            var report = new RouteReconciler(socket).Run(table, name, isDryRun: true);
            var peers = new PeerVerification(socket).Run(report);
            OperatorCommands.Print(_output.IsJson(parsed) ? PeerOutput.Json(peers) : PeerOutput.Text(peers));
            return peers.All(peer => peer.IsGood) ? ExitCode.Success : ExitCode.Findings;
        });
        return command;
    }

    static readonly NodeTable s_nothing = new() { Nodes = [], Problems = [] };

    /// <summary>Returns the nodes table, or null after a warning. The routes of the kernel can be shown without the table.</summary>
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
        var command = Make(
            "plan", "Print the routes that the nodes table requires, without comparing them with the kernel.", _for, _format, _quota);
        command.SetReportedAction(parsed =>
        {
            var table = _source.Source(parsed).Read();
            // Applies only the rules that do not depend on this node's links: the plan may be for another machine.
            table = table.Apply(RangePolicy.Create(table.ClusterCidrs));
            var isRouter = parsed.GetValue(_for) == "router";
            var wanted = isRouter ? WantedRoutes.OfRouter(table) : WantedRoutes.OfNode(table, _source.NodeName(parsed));
            var routes = isRouter ? RouteAggregation.Merge(wanted.Routes) : wanted.Routes;
            var format = _output.IsJson(parsed) ? RoutePlan.Json : parsed.GetRequiredValue(_format);
            OperatorCommands.Print(new RoutePlan(routes, isRouter).Format(format));
            foreach (var problem in wanted.Problems)
                OperatorCommands.Warn(problem.ToString());
            return ExceedsQuota(parsed, routes.Count) || wanted.Problems.Count > 0 ? ExitCode.Findings : ExitCode.Success;
        });
        return command;
    }

    bool ExceedsQuota(ParseResult parsed, int count)
    {
        if (parsed.GetValue(_quota) is not { } quota || count <= quota)
            return false;
        OperatorCommands.Warn($"{count} routes exceed the quota of {quota} by {count - quota}");
        return true;
    }

    Command Make(string name, string description, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description);
        _source.AddTo(command);
        _output.AddTo(command);
        if (name != "plan")
            _wide.AddTo(command);
        foreach (var option in options)
            command.Add(option);
        return command;
    }
}

using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Runtime;
using CniBridge.Output;

namespace CniBridge.Commands;

/// <summary>The commands show and pod: print the pod network of this node as the kernel reports it.</summary>
sealed class ShowCommands
{
    readonly OutputOption _output;

    readonly Option<string> _confDir = SharedOptions.ConfDir("Directory of network configurations, which name bridges without pods.");

    readonly Option<string> _stateDir = SharedOptions.StateDir("Directory of the records about the pods' addresses.");

    readonly Argument<string> _name = new("pod")
    {
        Description = "NAMESPACE/NAME or NAME of a Kubernetes pod, the beginning of a container ID, an address, or the name of a " +
            "host veth.",
    };

    ShowCommands(params string[] ways) => _output = new OutputOption(ways);

    internal static Command Show() => new ShowCommands(NodeGraph.Dot, NodeGraph.Mermaid).MakeShow();

    internal static Command Pod() => new ShowCommands().MakePod();

    Command MakeShow()
    {
        var command = new Command("show", "Print the bridges, pods and routes of this node from the kernel, as a tree, JSON or a graph.")
        {
            _confDir, _stateDir,
        };
        command.Aliases.Add("pods");
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var code = TellWhatRootSees();
            var picture = Take(parsed);
            OperatorCommands.Print(_output.GetValue(parsed) switch
            {
                OutputOption.Json => NodeOutput.Json(picture),
                NodeGraph.Dot => NodeGraph.ToDot(picture),
                NodeGraph.Mermaid => NodeGraph.ToMermaid(picture),
                _ => NodeOutput.Tree(picture),
            });
            return code;
        });
        return command;
    }

    Command MakePod()
    {
        var command = new Command("pod", "Print the details of one pod, including the interface and routes inside its namespace.")
        {
            _name, _confDir, _stateDir,
        };
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var code = TellWhatRootSees();
            var name = parsed.GetRequiredValue(_name);
            List<(BridgeSnapshot, PodSnapshot)> found =
            [
                .. Take(parsed).Bridges.SelectMany(bridge => bridge.Pods.Where(pod => pod.IsCalled(name)).Select(pod => (bridge, pod))),
            ];
            if (found.Count == 0)
                throw new RuntimeException($"unknown pod \"{name}\": cni-bridge show lists the pods of this node");
            OperatorCommands.Print(_output.IsJson(parsed) ? NodeOutput.Json(found) : NodeOutput.Details(found));
            return code;
        });
        return command;
    }

    static int TellWhatRootSees() => OperatorCommands.TellWhatRootSees(
        "the interfaces inside the pods, the recorded names and host ports, and missing rules");

    NodeSnapshot Take(ParseResult parsed)
    {
        var configured = NetworkFile.ReadAll(parsed.GetRequiredValue(_confDir)).Select(file => file.Network.Bridge).ToHashSet();
        return NodeSnapshot.Take(configured, parsed.GetRequiredValue(_stateDir));
    }
}

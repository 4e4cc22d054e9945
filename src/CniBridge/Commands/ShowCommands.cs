using System.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Commands;

/// <summary>show and pod: the pod network of this node as the kernel has it.</summary>
sealed class ShowCommands
{
    readonly OutputOption _output;

    readonly Option<string> _confDir = new("--conf-dir")
    {
        Description = "Directory of the configurations, which name bridges that have no pods yet.",
        DefaultValueFactory = _ => "/etc/cni/net.d",
    };

    readonly Option<string> _stateDir = new("--state-dir")
    {
        Description = "Where it is recorded which pods have addresses.",
        DefaultValueFactory = _ => ReservationInventory.DefaultStateDirectory,
    };

    readonly Argument<string> _name = new("pod")
    {
        Description = "NAMESPACE/NAME or NAME of a Kubernetes pod, the beginning of a container ID, an address, or the host's link.",
    };

    ShowCommands(params string[] ways) => _output = new OutputOption(ways);

    internal static Command Show() => new ShowCommands(NodeGraph.Dot, NodeGraph.Mermaid).MakeShow();

    internal static Command Pod() => new ShowCommands().MakePod();

    Command MakeShow()
    {
        var command = new Command("show", "Print bridges, pods and routes of this node as the kernel has them, as a tree or a picture.") { _confDir, _stateDir };
        command.Aliases.Add("pods");
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var picture = Take(parsed);
            OperatorCommands.Print(_output.Of(parsed) switch
            {
                OutputOption.Json => NodeOutput.Json(picture),
                NodeGraph.Dot => NodeGraph.ToDot(picture),
                NodeGraph.Mermaid => NodeGraph.ToMermaid(picture),
                _ => NodeOutput.Tree(picture),
            });
            return ExitCode.Fine;
        });
        return command;
    }

    Command MakePod()
    {
        var command = new Command("pod", "Print all that is known of one pod, with its inside.") { _name, _confDir, _stateDir };
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var name = parsed.GetRequiredValue(_name);
            List<(BridgePicture, PodPicture)> found = [.. Take(parsed).Bridges.SelectMany(bridge => bridge.Pods.Where(pod => pod.IsCalled(name)).Select(pod => (bridge, pod)))];
            if (found.Count == 0)
                throw new RuntimeException($"no pod of this node is called \"{name}\": cni-bridge show lists them");
            OperatorCommands.Print(_output.IsJson(parsed) ? NodeOutput.Json(found) : NodeOutput.Details(found));
            return ExitCode.Fine;
        });
        return command;
    }

    NodePicture Take(ParseResult parsed)
    {
        OperatorCommands.TellWhatRootSees("what is inside the pods");
        var configured = NetworkFile.ReadAll(parsed.GetRequiredValue(_confDir)).Select(file => file.Network.Bridge).ToHashSet();
        return NodePicture.Take(configured, parsed.GetRequiredValue(_stateDir));
    }
}

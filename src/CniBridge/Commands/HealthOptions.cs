using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>The options that status and metrics share.</summary>
sealed class HealthOptions
{
    readonly Option<string> _confDir = SharedOptions.ConfDir();

    readonly Option<string?> _nodeName = SharedOptions.NodeName("This node's name in the agent's nodes table.");

    internal void AddTo(Command command)
    {
        command.Add(_confDir);
        command.Add(_nodeName);
    }

    /// <summary>Warns a user without root privileges. Returns the exit code of a complete or incomplete answer.</summary>
    internal static int TellWhatRootSees() => OperatorCommands.TellWhatRootSees("the interfaces inside the pods, and missing rules");

    internal NodeHealth Take(ParseResult parsed)
    {
        var name = parsed.GetValue(_nodeName) is { Length: > 0 } given ? given : NodeSourceOptions.FindNodeName() ?? "";
        return NodeHealth.Take(parsed.GetRequiredValue(_confDir), name);
    }
}

using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>The options that status and metrics share.</summary>
sealed class HealthOptions
{
    internal const string DefaultConfDir = "/etc/cni/net.d";

    readonly Option<string> _confDir = new("--conf-dir")
    {
        Description = "Directory of network configurations.",
        DefaultValueFactory = _ => DefaultConfDir,
    };

    readonly Option<string?> _nodeName = new("--node-name")
    {
        Description = "This node's name in the agent's nodes table. [default: $NODE_NAME, else the host name]",
    };

    internal void AddTo(Command command)
    {
        command.Add(_confDir);
        command.Add(_nodeName);
    }

    internal NodeHealth Take(ParseResult parsed)
    {
        OperatorCommands.TellWhatRootSees("the interfaces inside the pods, and missing rules");
        var name = parsed.GetValue(_nodeName) is { Length: > 0 } given ? given
            : Environment.GetEnvironmentVariable("NODE_NAME") is { Length: > 0 } variable ? variable
            : Sysctl.TryRead("kernel/hostname")?.ToLowerInvariant() ?? "";
        return NodeHealth.Take(parsed.GetRequiredValue(_confDir), name);
    }
}

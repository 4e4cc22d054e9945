using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The options of the commands that look for faults of this node: doctor and status.</summary>
sealed class DoctorSettings
{
    readonly Option<string> _confDir = SharedOptions.ConfDir();
    readonly Option<string> _binDir = SharedOptions.BinDir("Plugin directory of the container runtime.");
    readonly Option<string[]> _serviceCidrs = SharedOptions.ServiceCidrs();
    readonly Option<string?> _nodeName = SharedOptions.NodeName();

    internal void AddTo(Command command)
    {
        command.Add(_confDir);
        command.Add(_binDir);
        command.Add(_serviceCidrs);
        command.Add(_nodeName);
    }

    internal DoctorOptions Create(ParseResult parsed) => new()
    {
        Program = Environment.ProcessPath ?? "cni-bridge",
        Roles = PluginName.All,
        ConfigurationDirectory = Path.GetFullPath(parsed.GetRequiredValue(_confDir)),
        PluginDirectory = Path.GetFullPath(parsed.GetRequiredValue(_binDir)),
        ServiceCidrs = ConflistSettings.Parse([], parsed.GetValue(_serviceCidrs) ?? []).ServiceCidrs,
        NodeName = parsed.GetValue(_nodeName) is { Length: > 0 } given ? given : NodeSourceOptions.FindNodeName(),
        IsRoot = Environment.IsPrivilegedProcess,
    };
}

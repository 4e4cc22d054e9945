using System.CommandLine;
using CniBridge.Node.Cluster;
using CniBridge.Node.Inspection;
using CniBridge.Plugins;

namespace CniBridge.Commands;

/// <summary>doctor: what is wrong with this node, why it matters, and what helps.</summary>
sealed class DoctorCommand
{
    readonly OutputOption _output = new();

    readonly Option<string> _confDir = new("--conf-dir")
    {
        Description = "Directory of the network configurations.",
        DefaultValueFactory = _ => "/etc/cni/net.d",
    };

    readonly Option<string> _binDir = new("--bin-dir")
    {
        Description = "Directory of the plugins that runtimes run.",
        DefaultValueFactory = _ => "/opt/cni/bin",
    };

    readonly Option<string[]> _serviceCidrs = new("--service-cidr")
    {
        Description = "What services have addresses from: pod ranges must not overlap it.",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<string?> _nodeName = new("--node-name")
    {
        Description = "This node's name. [default: $NODE_NAME, else the host name]",
    };

    internal static Command Make() => new DoctorCommand().Command();

    Command Command()
    {
        var command = new Command("doctor",
            "Look for what keeps pods of this node from working, or will, and say what helps; it changes nothing. " +
            "Exit code 0: nothing found, 2: something found, 1: nothing found, and not everything could be looked at.")
        {
            _confDir, _binDir, _serviceCidrs, _nodeName,
        };
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        var report = new Doctor(OptionsOf(parsed)).Run();
        OperatorCommands.Print(_output.IsJson(parsed) ? DoctorOutput.Json(report) : DoctorOutput.Text(report));
        foreach (var omission in report.Omissions)
            OperatorCommands.Warn($"not looked at: {omission.What}: {omission.Reason}");
        OperatorCommands.TellWhatRootSees(
            "reservations of addresses, rules of nftables and iptables, and in which namespaces addresses live");
        return report.Findings.Count > 0 ? ExitCode.Findings : report.Omissions.Count > 0 ? ExitCode.Error : ExitCode.Fine;
    }

    DoctorOptions OptionsOf(ParseResult parsed) => new()
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

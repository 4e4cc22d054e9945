using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Output;

namespace CniBridge.Commands;

/// <summary>The command doctor: finds problems of this node and prints for each the effect and a command that fixes it.</summary>
sealed class DoctorCommand
{
    readonly OutputOption _output = new();
    readonly DoctorSettings _settings = new();

    internal static Command Make() => new DoctorCommand().Command();

    Command Command()
    {
        var command = new Command("doctor",
            "Find problems in the pod network of this node and print a fix for each. Changes nothing. " +
            "Exit code 0: no problems; 2: problems found; 1: no problems found, but some checks were not possible.");
        _settings.AddTo(command);
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        var report = new Doctor(_settings.Create(parsed)).Run();
        OperatorCommands.Print(_output.IsJson(parsed) ? DoctorOutput.Json(report) : DoctorOutput.Text(report));
        foreach (var omission in report.Omissions)
            OperatorCommands.Warn($"not checked: {omission.What}: {omission.Reason}");
        OperatorCommands.TellWhatRootSees(
            "address reservations, nftables and iptables rules, and the namespaces that use the addresses");
        return report.Findings.Count > 0 ? ExitCode.Findings : report.Omissions.Count > 0 ? ExitCode.Error : ExitCode.Success;
    }
}

using System.CommandLine;
using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Commands;

/// <summary>The command status: prints one line, with an exit code for probes. It finds the same faults as doctor.</summary>
sealed class StatusCommand
{
    /// <summary>The most faults in the line; one cause may affect each pod of the node.</summary>
    const int MaxFaults = 5;

    readonly OutputOption _output = new();
    readonly DoctorSettings _settings = new();

    internal static Command Status() => new StatusCommand().Make();

    Command Make()
    {
        var command = new Command("status",
            "Print the state of this node's pod network in one line. " +
            "Exit code 0: doctor finds no errors; 2: it finds errors; 1: it finds none, but some checks were not possible.");
        _settings.AddTo(command);
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        OperatorCommands.TellWhatRootSees("the interfaces inside the pods, and missing rules");
        var settings = _settings.Create(parsed);
        var report = new Doctor(settings).Run();
        var health = NodeHealth.Take(settings.ConfigurationDirectory, settings.NodeName ?? "");
        OperatorCommands.Print(_output.IsJson(parsed) ? Json(health, report) : Text(health, report));
        return report.Count(Severity.Error) > 0 ? ExitCode.Findings
            : report.Omissions.Count > 0 ? ExitCode.Error : ExitCode.Success;
    }

    static IEnumerable<string> FaultsOf(DoctorReport report) =>
        report.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.What);

    static IEnumerable<string> NotChecked(DoctorReport report) => report.Omissions.Select(omission => omission.What);

    static ScreenText Text(NodeHealth health, DoctorReport report)
    {
        if (report.Count(Severity.Error) > 0)
            return $"{Paint.Bad("degraded")}: {Join(FaultsOf(report))} ({Summary(health, report)})\n";
        if (report.Omissions.Count > 0)
            return $"{Paint.Warning("unknown")}: not checked: {Join(NotChecked(report))} ({Summary(health, report)})\n";
        return $"{Paint.Good("ok")}: {Summary(health, report)}\n";
    }

    static string Join(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        return string.Join("; ", all.Take(MaxFaults)) +
            (all.Count > MaxFaults ? string.Create(CultureInfo.InvariantCulture, $"; and {all.Count - MaxFaults} more") : "");
    }

    static string Summary(NodeHealth health, DoctorReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{health.Node.Bridges.Count} bridges, {CountPods(health)} pods, ") + string.Create(CultureInfo.InvariantCulture,
        $"{CountUsed(health)} addresses (fullest range {FullestPercent(health)} %), ") +
        string.Create(CultureInfo.InvariantCulture, $"{health.Node.Routes.Count} routes to other nodes") +
        (report.Count(Severity.Warning) is > 0 and var count
            ? string.Create(CultureInfo.InvariantCulture, $", {count} warning{(count == 1 ? "" : "s")} of doctor") : "");

    static int CountUsed(NodeHealth health) => health.Pools.Sum(pool => pool.Use.Used);

    /// <summary>Returns the use of the fullest pool in percent, rounded up: one reserved address is more than 0 %.</summary>
    static int FullestPercent(NodeHealth health) =>
        health.Pools.Select(pool => (int)Math.Ceiling(100.0 * pool.Use.Used / Math.Max(1, pool.Use.Size))).DefaultIfEmpty().Max();

    static int CountPods(NodeHealth health) => health.Node.Bridges.Sum(bridge => bridge.Pods.Count);

    static ScreenText Json(NodeHealth health, DoctorReport report) => JsonOutput.Object(json =>
    {
        json.WriteBoolean("ok", report.Count(Severity.Error) == 0 && report.Omissions.Count == 0);
        json.WriteStrings("problems", FaultsOf(report));
        json.WriteNumber("warnings", report.Count(Severity.Warning));
        json.WriteStrings("notChecked", NotChecked(report));
        json.WriteNumber("bridges", health.Node.Bridges.Count);
        json.WriteNumber("pods", CountPods(health));
        json.WriteNumber("addressesUsed", CountUsed(health));
        json.WriteNumber("addressesLeaked", health.Pools.Sum(pool => pool.Leaked));
        json.WriteNumber("fullestPercent", FullestPercent(health));
        json.WriteNumber("routes", health.Node.Routes.Count);
    });
}

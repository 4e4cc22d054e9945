using System.CommandLine;
using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>The command status: prints one line, with an exit code for probes.</summary>
static class StatusCommand
{
    internal static Command Status()
    {
        var output = new OutputOption();
        var options = new HealthOptions();
        var command = new Command("status", "Print the state of this node's pod network in one line. Exit with 2 if something is wrong.");
        options.AddTo(command);
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var health = options.Take(parsed);
            var problems = health.Problems;
            OperatorCommands.Print(output.IsJson(parsed) ? Json(health, problems) : Text(health, problems));
            return problems.Count > 0 ? ExitCode.Findings : ExitCode.Success;
        });
        return command;
    }

    static ScreenText Text(NodeHealth health, IReadOnlyList<string> problems)
    {
        if (problems.Count == 0)
            return $"{Paint.Good("ok")}: {Summary(health)}\n";
        return $"{Paint.Bad("degraded")}: {string.Join("; ", problems)} ({Summary(health)})\n";
    }

    static string Summary(NodeHealth health) => string.Create(CultureInfo.InvariantCulture,
        $"{health.Node.Bridges.Count} bridges, {CountPods(health)} pods, ") + string.Create(CultureInfo.InvariantCulture,
        $"{CountUsed(health)} addresses (fullest range {FullestPercent(health)} %), ") +
        (health.Node.LostRules is null ? "rules not checked, " : "") +
        string.Create(CultureInfo.InvariantCulture, $"{health.Node.Routes.Count} routes to other nodes");

    static int CountUsed(NodeHealth health) => health.Pools.Sum(pool => pool.Use.Used);

    /// <summary>Returns the use of the fullest pool in percent, rounded up: one reserved address is more than 0 %.</summary>
    static int FullestPercent(NodeHealth health) =>
        health.Pools.Select(pool => (int)Math.Ceiling(100.0 * pool.Use.Used / Math.Max(1, pool.Use.Size))).DefaultIfEmpty().Max();

    static int CountPods(NodeHealth health) => health.Node.Bridges.Sum(bridge => bridge.Pods.Count);

    static ScreenText Json(NodeHealth health, IReadOnlyList<string> problems) => JsonOutput.Object(json =>
    {
        json.WriteBoolean("ok", problems.Count == 0);
        json.WriteStrings("problems", problems);
        json.WriteNumber("bridges", health.Node.Bridges.Count);
        json.WriteNumber("pods", CountPods(health));
        json.WriteNumber("addressesUsed", CountUsed(health));
        json.WriteNumber("addressesLeaked", health.Pools.Sum(pool => pool.Leaked));
        json.WriteNumber("fullestPercent", FullestPercent(health));
        json.WriteNumber("routes", health.Node.Routes.Count);
    });
}

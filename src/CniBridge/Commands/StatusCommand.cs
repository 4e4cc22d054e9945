using System.CommandLine;
using System.Globalization;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>status: one line and an exit code, for people and probes.</summary>
static class StatusCommand
{
    internal static Command Status()
    {
        var output = new OutputOption();
        var options = new HealthOptions();
        var command = new Command("status", "Print in one line how the pod network of this node is; exit with 2 if something is wrong.");
        options.AddTo(command);
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var health = options.Take(parsed);
            var problems = health.Problems;
            OperatorCommands.Print(output.IsJson(parsed) ? Json(health, problems) : Text(health, problems));
            return problems.Count > 0 ? ExitCode.Findings : ExitCode.Fine;
        });
        return command;
    }

    static string Text(NodeHealth health, IReadOnlyList<string> problems) => problems.Count == 0
        ? $"{Paint.Good("ok")}: {Summary(health)}\n"
        : $"{Paint.Bad("degraded")}: {string.Join("; ", problems)} ({Summary(health)})\n";

    static string Summary(NodeHealth health)
    {
        var (used, size) = (health.Pools.Sum(pool => pool.Use.Used), health.Pools.Sum(pool => (decimal)pool.Use.Size));
        return string.Create(CultureInfo.InvariantCulture,
            $"{health.Node.Bridges.Count} bridges, {CountPods(health)} pods, {used} of {size} addresses, ") +
            (health.LostRules is null ? "rules not looked at, " : "") + string.Create(CultureInfo.InvariantCulture, $"{health.Node.Routes.Count} routes to other nodes");
    }

    static int CountPods(NodeHealth health) => health.Node.Bridges.Sum(bridge => bridge.Pods.Count);

    static string Json(NodeHealth health, IReadOnlyList<string> problems) => JsonOutput.Object(json =>
    {
        json.WriteBoolean("ok", problems.Count == 0);
        json.WriteStrings("problems", problems);
        json.WriteNumber("bridges", health.Node.Bridges.Count);
        json.WriteNumber("pods", CountPods(health));
        json.WriteNumber("addressesUsed", health.Pools.Sum(pool => pool.Use.Used));
        json.WriteNumber("addressesLeaked", health.Pools.Sum(pool => pool.Leaked));
        json.WriteNumber("addresses", health.Pools.Sum(pool => (decimal)pool.Use.Size));
        json.WriteNumber("routes", health.Node.Routes.Count);
    });
}

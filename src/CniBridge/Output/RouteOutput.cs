using System.Globalization;
using System.Text.Json;
using CniBridge.CommandLine;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Output;

/// <summary>Reports about routes as text and as JSON.</summary>
static class RouteOutput
{
    internal static ScreenText Text(RouteReport report, int width)
    {
        var table = CreateTable();
        foreach (var step in report.Changes)
            Add(table, step, report.IsDryRun ? $"would be {WordOf(step.Action)}" : WordOf(step.Action));
        var (added, replaced) = (report.Count(RouteAction.Add), report.Count(RouteAction.Replace));
        var removed = report.Count(RouteAction.Remove);
        var summary = string.Create(CultureInfo.InvariantCulture,
            $"{added} added, {replaced} replaced, {removed} removed, {report.Kept.Count} unchanged{(report.IsDryRun ? " (dry run)" : "")}");
        var text = new ScreenText();
        if (!table.IsEmpty)
            text.Append(table.ToText(width)).Append('\n');
        return text.Append($"{summary}\n").Append(Text(report.Problems));
    }

    internal static ScreenText Text(RouteStatus status, int width)
    {
        var table = CreateTable();
        foreach (var (route, state) in status.Routes)
            Add(table, route, state);
        var text = table.IsEmpty ? new ScreenText().Append($"no routes between nodes\n") : table.ToText(width);
        return text.Append(Text(status.Problems));
    }

    static TextTable CreateTable() => new("DESTINATION", "VIA", "LINK", "NODE", "STATE") { Shortened = ["NODE", "STATE"] };

    static void Add(TextTable table, RouteStep step, string state) =>
        table.Add(step.Destination.ToString(), step.Gateway?.ToString() ?? "", step.Link, step.Node ?? "", state);

    static ScreenText Text(IReadOnlyList<NodeProblem> problems)
    {
        var text = new ScreenText();
        if (problems.Count > 0)
            text.Append('\n');
        foreach (var problem in problems)
            text.Append($"problem: {problem}\n");
        return text;
    }

    static string WordOf(RouteAction action) => action switch
    {
        RouteAction.Add => "added",
        RouteAction.Replace => "replaced",
        _ => "removed",
    };

    internal static ScreenText Json(RouteReport report) => JsonOutput.Object(json =>
    {
        json.WriteBoolean("dryRun", report.IsDryRun);
        foreach (var action in (ReadOnlySpan<RouteAction>)[RouteAction.Add, RouteAction.Replace, RouteAction.Remove])
        {
            json.WriteStartArray(WordOf(action));
            foreach (var step in report.Changes)
            {
                if (step.Action == action)
                    Write(json, step, null);
            }
            json.WriteEndArray();
        }
        json.WriteNumber("kept", report.Kept.Count);
        RouteReportJson.Write(json, "problems", report.Problems);
    });

    internal static ScreenText Json(RouteStatus status) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("routes");
        foreach (var (route, state) in status.Routes)
            Write(json, route, state);
        json.WriteEndArray();
        RouteReportJson.Write(json, "problems", status.Problems);
    });

    static void Write(Utf8JsonWriter json, RouteStep step, string? state)
    {
        json.WriteStartObject();
        RouteReportJson.WriteMembers(json, step);
        if (state is not null)
            json.WriteString("state", state);
        json.WriteEndObject();
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Agent.Loop;

/// <summary>The log of the agent: one line per event, as text or as JSON.</summary>
sealed class AgentLog(Stream output, bool isJson)
{
    public void Information(string text) => Write("info", text, json => json.WriteString("text", text));

    /// <summary>Logs a change of a route that was made, or would be made.</summary>
    internal void Change(RouteStep step, bool isDryRun)
    {
        var name = step.Action switch
        {
            RouteAction.Add => "added",
            RouteAction.Replace => "replaced",
            _ => "removed",
        };
        Write(name, step.ToString(), json =>
        {
            if (isDryRun)
                json.WriteBoolean("dryRun", true);
            RouteReportJson.WriteMembers(json, step);
        }, isDryRun ? $"would be {name}" : name);
    }

    internal void Problem(NodeProblem problem) => Write("problem", problem);

    internal void Solved(NodeProblem problem) => Write("solved", problem);

    void Write(string name, NodeProblem problem) => Write(name, problem.ToString(), json =>
    {
        json.WriteString("node", problem.Node);
        json.WriteString("text", problem.Text);
    });

    void Write(string name, string text, Action<Utf8JsonWriter> write, string? label = null)
    {
        if (!isJson)
        {
            // Node names are untrusted: they must not contain line breaks or control a terminal.
            output.Write(Encoding.UTF8.GetBytes($"{label ?? name}: {PrintableText.Escape(text)}\n"));
            return;
        }
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("event", name);
            write(json);
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        output.Write(bytes.ToArray());
    }
}

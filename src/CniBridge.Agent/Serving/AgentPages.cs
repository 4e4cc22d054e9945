using System.Net;
using CniBridge.Agent.Loop;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Plugins.Operations;

namespace CniBridge.Agent.Serving;

/// <summary>The pages of the agent's server: /healthz, /readyz and /metrics.</summary>
/// <param name="readHealth">Reads the state of this node for the metrics.</param>
/// <param name="condition">The condition that the agent clears, or null.</param>
sealed class AgentPages(AgentState state, Func<NodeHealth> readHealth, INodeCondition? condition = null)
{
    readonly MetricsReader _metrics = new(() => FormatMetrics(state, readHealth()) + FormatCondition(condition));

    /// <summary>Returns the page of a path, or null for an unknown path.</summary>
    internal HttpAnswer? Find(string path) => path switch
    {
        "/healthz" => ToHealth(),
        "/readyz" => ToReadiness(),
        "/metrics" => ToMetrics(),
        _ => null,
    };

    HttpAnswer ToHealth() => state.FindStuckTime() is { } time
        ? new HttpAnswer(HttpStatusCode.ServiceUnavailable, $"the last run ended {(int)time.TotalSeconds} s ago\n")
        : new HttpAnswer(HttpStatusCode.OK, "ok\n");

    HttpAnswer ToReadiness() => state.FindMissing() is { Count: > 0 } missing
        ? new HttpAnswer(HttpStatusCode.ServiceUnavailable, string.Concat(missing.Select(static one => $"not ready: {one}\n")))
        : new HttpAnswer(HttpStatusCode.OK, "ready\n");

    HttpAnswer ToMetrics()
    {
        var (isGood, text) = _metrics.Read();
        return isGood
            ? new HttpAnswer(HttpStatusCode.OK, text) { Type = "text/plain; version=0.0.4; charset=utf-8" }
            : new HttpAnswer(HttpStatusCode.InternalServerError, text);
    }

    static string FormatCondition(INodeCondition? condition) => condition is null
        ? ""
        : MetricsText.Gauge(
            "agent_network_unavailable", "Whether the node has the condition NetworkUnavailable (1) or not (0).", condition.IsSet ? 1 : 0);

    static string FormatMetrics(AgentState state, NodeHealth health)
    {
        var (problems, isSourceFailing) = state.ReadProblems();
        var isReady = state.FindMissing().Count == 0;
        return MetricsText.Format(health, new OperationLog().Read()) +
            MetricsText.Gauge("agent_ready", "Whether the agent is ready (1) or not (0), as /readyz.", isReady ? 1 : 0) +
            MetricsText.Gauge("agent_problems", "Number of unsolved problems in the log of the agent.", problems) +
            MetricsText.Gauge("agent_source_up", "Whether the source of the nodes can be read (1) or not (0).", isSourceFailing ? 0 : 1);
    }
}

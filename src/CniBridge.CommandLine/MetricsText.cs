using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.Operations;

namespace CniBridge.CommandLine;

/// <summary>Metrics in the text format of Prometheus. All names begin with cni_bridge_.</summary>
sealed class MetricsText
{
    readonly StringBuilder _text = new();

    internal static string Format(NodeHealth health, IReadOnlyList<Operation> operations)
    {
        var metrics = new MetricsText();
        metrics.Add("info", "Version of cni-bridge.", [([("version", ProductVersion.Number)], 1)]);
        metrics.AddPools(health);
        metrics.AddBridges(health);
        metrics.Add("routes_present", "Number of routes to other nodes in the kernel.", [([], health.Node.Routes.Count)]);
        if (health.WantedRoutes is { } wanted)
            metrics.Add("routes_wanted", "Number of routes to other nodes that the agent's nodes table requires.", [([], wanted)]);
        if (health.RefusedRanges is { } refused)
            metrics.Add("pod_ranges_refused", "Number of pod CIDRs that get no route because they violate a rule.", [([], refused)]);
        if (health.RetainedRoutes is { } retained)
        {
            metrics.Add(
                "routes_retained", "Number of routes to other nodes that are kept because the entry of the node is invalid.",
                [([], retained)]);
        }
        if (health.Node.LostRules is { } lost)
        {
            metrics.Add(
                "rules_lost", "Number of missing nftables rules of running pods; cni-bridge repair restores them.", [([], lost.Count)]);
        }
        metrics.AddOperations(operations);
        return metrics._text.ToString();
    }

    /// <summary>Returns one more metric without labels.</summary>
    internal static string Gauge(string name, string help, double value)
    {
        var metrics = new MetricsText();
        metrics.Add(name, help, [([], value)]);
        return metrics._text.ToString();
    }

    void AddPools(NodeHealth health)
    {
        var pools = health.Pools;
        Add("pool_addresses", "Number of addresses in the pool of a network.", pools.Select(pool => (Labels(pool), (double)pool.Use.Size)));
        Add("pool_addresses_used", "Number of reserved addresses in the pool.",
            pools.Select(pool => (Labels(pool), (double)pool.Use.Used)));
        Add("pool_addresses_leaked", "Number of reserved addresses whose pods are proven gone.",
            pools.Select(pool => (Labels(pool), (double)pool.Leaked)));
    }

    static (string, string)[] Labels(PoolHealth pool) => [("network", pool.Network), ("range", pool.Use.Ranges)];

    void AddBridges(NodeHealth health)
    {
        var bridges = health.Node.Bridges;
        Add("bridge_up", "Whether the bridge is up (1) or down (0).",
            bridges.Select(bridge => (Labels(bridge), bridge.Link.IsUp ? 1.0 : 0)));
        Add("bridge_ports", "Number of ports of the bridge.", bridges.Select(bridge => (Labels(bridge), (double)bridge.PortCount)));
        Add("bridge_ports_max", "Maximum number of ports of a bridge in the kernel.",
            bridges.Select(bridge => (Labels(bridge), (double)BridgeSnapshot.MaxPorts)));
        Add("bridge_pods", "Number of pods that are attached to the bridge.",
            bridges.Select(bridge => (Labels(bridge), (double)bridge.Pods.Count)));
    }

    static (string, string)[] Labels(BridgeSnapshot bridge) => [("bridge", bridge.Link.Name)];

    /// <summary>Adds gauges, not counters: the log drops old entries, so the numbers may fall.</summary>
    void AddOperations(IReadOnlyList<Operation> operations)
    {
        var kinds = operations.GroupBy(one => (one.Plugin, one.Verb, Result: one.Error is null ? "success" : "error"))
            .OrderBy(kind => $"{kind.Key.Plugin} {kind.Key.Verb} {kind.Key.Result}", StringComparer.Ordinal);
        Add("log_operations", "Number of plugin operations in the log.", kinds.Select(kind => (
            new[] { ("plugin", kind.Key.Plugin), ("verb", kind.Key.Verb), ("result", kind.Key.Result) }, (double)kind.Count())));
        var times = OperationTimes.Create(operations).Where(times => times.Phase is null).ToList();
        Add("log_operation_median_seconds", "Median duration of the plugin operations in the log.",
            times.Select(one => (Labels(one), one.Median / 1e6)));
        Add("log_operation_p99_seconds", "Duration that 99 % of the plugin operations in the log do not exceed.",
            times.Select(one => (Labels(one), one.Percentile99 / 1e6)));
    }

    static (string, string)[] Labels(OperationTimes times) => [("plugin", times.Plugin), ("verb", times.Verb)];

    void Add(string name, string help, IEnumerable<((string Name, string Value)[] Labels, double Value)> samples)
    {
        _text.Append("# HELP cni_bridge_").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE cni_bridge_").Append(name).Append(" gauge\n");
        foreach (var (labels, value) in samples)
        {
            _text.Append("cni_bridge_").Append(name);
            if (labels.Length > 0)
                _text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value)}\"")).Append('}');
            _text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    static string Escape(string value) => PrintableText.Escape(value)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}

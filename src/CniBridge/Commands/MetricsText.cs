using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Inspection;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>Numbers in Prometheus' text format.</summary>
sealed class MetricsText
{
    readonly StringBuilder _text = new();

    internal static string Of(NodeHealth health, IReadOnlyList<Operation> operations)
    {
        var metrics = new MetricsText();
        metrics.Add("info", "The version of the program that tells.", [([("version", ProductVersion.Number)], 1)]);
        metrics.AddPools(health);
        metrics.AddBridges(health);
        metrics.Add("routes_present", "Routes to other nodes in the kernel.", [([], health.Node.Routes.Count)]);
        if (health.WantedRoutes is { } wanted)
            metrics.Add("routes_wanted", "Routes to other nodes that the agent's table of nodes asks for.", [([], wanted)]);
        if (health.RefusedRanges is { } refused)
            metrics.Add("pod_ranges_refused", "Pod ranges of nodes to which this node makes no route, because they break a rule.", [([], refused)]);
        if (health.RetainedRoutes is { } retained)
            metrics.Add("routes_retained", "Routes to other nodes that stay because the entry of a node is faulty.", [([], retained)]);
        if (health.Node.LostRules is { } lost)
            metrics.Add("rules_lost", "Rules of running pods that somebody deleted; cni-bridge repair puts them back.", [([], lost.Count)]);
        metrics.AddOperations(operations);
        return metrics._text.ToString();
    }

    void AddPools(NodeHealth health)
    {
        Add("pool_addresses", "Addresses that a network has for pods.", health.Pools.Select(pool => (Labels(pool), (double)pool.Use.Size)));
        Add("pool_addresses_used", "Of them, those that are reserved.", health.Pools.Select(pool => (Labels(pool), (double)pool.Use.Used)));
        Add("pool_addresses_leaked", "Of these, those whose pod is proven gone.", health.Pools.Select(pool => (Labels(pool), (double)pool.Leaked)));
    }

    static (string, string)[] Labels(PoolHealth pool) => [("network", pool.Network), ("range", pool.Use.Ranges)];

    void AddBridges(NodeHealth health)
    {
        var bridges = health.Node.Bridges;
        Add("bridge_up", "Is the bridge up?", bridges.Select(bridge => (Labels(bridge), bridge.Link.IsUp ? 1.0 : 0)));
        Add("bridge_ports", "Ports that a bridge has.", bridges.Select(bridge => (Labels(bridge), (double)bridge.PortCount)));
        Add("bridge_ports_max", "Ports that the kernel allows.", bridges.Select(bridge => (Labels(bridge), (double)BridgePicture.MaxPorts)));
        Add("bridge_pods", "Pods that are attached.", bridges.Select(bridge => (Labels(bridge), (double)bridge.Pods.Count)));
    }

    static (string, string)[] Labels(BridgePicture bridge) => [("bridge", bridge.Link.Name)];

    /// <summary>The log forgets, so that these may fall: gauges, not counters.</summary>
    void AddOperations(IReadOnlyList<Operation> operations)
    {
        var kinds = operations.GroupBy(one => $"{one.Plugin} {one.Verb} {(one.Error is null ? "success" : "error")}").OrderBy(kind => kind.Key, StringComparer.Ordinal);
        Add("log_operations", "Calls of the plugins that the log holds.", kinds.Select(kind => (kind.Key.Split(' ') is [var plugin, var verb, var result]
            ? [("plugin", plugin), ("verb", verb), ("result", result)] : Array.Empty<(string, string)>(), (double)kind.Count())));
        var samples = new List<((string, string)[], double)>();
        foreach (var times in OperationTimes.Of(operations).Where(times => times.Phase is null))
        {
            samples.Add(([("plugin", times.Plugin), ("verb", times.Verb), ("quantile", "0.5")], times.Median / 1e6));
            samples.Add(([("plugin", times.Plugin), ("verb", times.Verb), ("quantile", "0.99")], times.Percentile99 / 1e6));
        }
        Add("log_operation_seconds", "How long the calls took that the log holds.", samples);
    }

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

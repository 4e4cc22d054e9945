using System.Globalization;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge status and metrics.</summary>
public sealed partial class HealthTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static readonly string s_config = Configurations.WithIpam("""{"ranges": [[{"subnet": "10.88.0.0/28"}]]}""", """{"ipMasq": true}""");

    /// <summary>Creates a node with two pods, one without its namespace, and a failed call in the log.</summary>
    static ScratchNode NewNode()
    {
        Requirement.Node();
        var node = new ScratchNode();
        node.WriteFile("/etc/cni/net.d/10-podnet.conf", s_config);
        foreach (var pod in (string[])["web", "died"])
        {
            node.AddPod(pod);
            RawCall.Of(node, "ADD", s_config, pod).Succeed();
        }
        RawCall.Of(node, "ADD", s_config, "web").Fail(999, "duplicate");
        node.Run("ip", "netns", "delete", "died").Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ $(ls /sys/class/net/cni0/brif | wc -l) != 1 ]; do sleep 0.05; done").Succeeded();
        return node;
    }

    [Fact]
    public void A_healthy_node_reports_ok_and_an_unhealthy_one_the_reason()
    {
        using var node = NewNode();
        Assert.Equal(
            "ok: 1 bridges, 1 pods, 2 addresses (fullest range 16 %), 0 routes to other nodes\n",
            Status(node).Succeeded().Stdout);

        node.Run("sh", "-c", "nft flush ruleset; ip link set cni0 down").Succeeded();

        var status = Status(node);
        Assert.Equal(2, status.ExitCode);
        Assert.Matches(@"^degraded: The bridge cni0 is down; .*Masquerade rules of the network podnet .* \(1 bridges, ", status.Stdout);
        var json = Status(node, "--output", "json").Json;
        Assert.False(json.GetProperty("ok").GetBoolean());
        Assert.Equal(
            (1, 2, 1),
            (json.GetProperty("pods").GetInt32(), json.GetProperty("addressesUsed").GetInt32(),
            json.GetProperty("addressesLeaked").GetInt32()));
        node.Run("sh", "-c", $"{Shell.Quote(Program)} repair && ip link set cni0 up").Succeeded();
        Status(node).Succeeded();
    }

    static CommandResult Status(ScratchNode node, params string[] arguments) =>
        node.Run(Program, ["status", "--bin-dir", PluginDirectory.UnderTest, .. arguments]);

    [Fact]
    public void A_node_without_configuration_and_plugins_is_not_ok()
    {
        Requirement.Node();
        using var node = new ScratchNode();
        var status = node.Run(Program, "status");
        Assert.Equal(2, status.ExitCode);
        Assert.StartsWith("degraded: There is no network configuration in /etc/cni/net.d", status.Stdout, StringComparison.Ordinal);

        node.WriteFile("/etc/cni/net.d/10-podnet.conf", s_config);
        Assert.StartsWith(
            "degraded: The plugin bridge is missing in /opt/cni/bin", node.Run(Program, "status").Stdout, StringComparison.Ordinal);
        node.WriteFile("/etc/cni/net.d/05-broken.conflist", "{");
        Assert.Contains("/etc/cni/net.d/05-broken.conflist is not valid", node.Run(Program, "status").Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_privileges_gets_no_ok()
    {
        using var node = NewNode();
        var status = node.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program, "status", "--bin-dir", PluginDirectory.UnderTest);
        Assert.NotEqual(0, status.ExitCode);
        Assert.DoesNotContain("ok:", status.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_range_and_missing_routes_are_problems()
    {
        using var node = NewNode();
        node.Run("sh", "-c", "for i in $(seq 4 14); do printf 'c%s\\r\\neth0' $i > /var/lib/cni/networks/podnet/10.88.0.$i; done")
            .Succeeded();
        node.WriteFile("/var/lib/cni-bridge/nodes.json", """
            {"nodes": [{"name": "one", "addresses": ["192.0.2.1"], "podRanges": ["10.88.0.0/24"]},
                       {"name": "two", "addresses": ["192.0.2.2"], "podRanges": ["10.88.1.0/24"]}]}
            """);

        var status = Status(node, "--node-name", "one").Stdout;

        Assert.Contains("All 13 addresses of 10.88.0.1-10.88.0.14 (network podnet) are reserved", status, StringComparison.Ordinal);
        Assert.Contains("192.0.2.2", status, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_have_the_format_of_Prometheus()
    {
        using var node = NewNode();

        var text = node.Run(Program, "metrics").Succeeded().Stdout;

        var lines = text.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches(LinePattern(), line));
        Assert.Contains("cni_bridge_pool_addresses{network=\"podnet\",range=\"10.88.0.1-10.88.0.14\"} 13", lines);
        Assert.Contains("cni_bridge_pool_addresses_used{network=\"podnet\",range=\"10.88.0.1-10.88.0.14\"} 2", lines);
        Assert.Contains("cni_bridge_pool_addresses_leaked{network=\"podnet\",range=\"10.88.0.1-10.88.0.14\"} 1", lines);
        Assert.Contains("cni_bridge_bridge_pods{bridge=\"cni0\"} 1", lines);
        Assert.Contains("cni_bridge_bridge_ports_max{bridge=\"cni0\"} 1023", lines);
        Assert.Contains("cni_bridge_log_operations{plugin=\"bridge\",verb=\"ADD\",result=\"success\"} 2", lines);
        Assert.Contains("cni_bridge_log_operations{plugin=\"bridge\",verb=\"ADD\",result=\"error\"} 1", lines);
        const string quantile = "cni_bridge_log_operation_p99_seconds{plugin=\"bridge\",verb=\"ADD\"} ";
        var seconds = double.Parse(
            Assert.Single(lines, line => line.StartsWith(quantile, StringComparison.Ordinal))[quantile.Length..],
            CultureInfo.InvariantCulture);
        Assert.Equal(SlowestAdd(node) / 1e6, seconds, tolerance: 1e-6);
        Assert.Contains("cni_bridge_rules_lost 0", lines);
        Assert.Contains("cni_bridge_routes_present 0", lines);

        node.Run("mkdir", "/run/textfile").Succeeded();
        Assert.Empty(node.Run(Program, "metrics", "--textfile", "/run/textfile/cni.prom").Succeeded().Stdout);
        Assert.Equal(["cni.prom"], node.Files("/run/textfile"));
        Assert.Equal(lines.Length, node.Run("cat", "/run/textfile/cni.prom").Stdout.TrimEnd('\n').Split('\n').Length);
        Assert.Equal(1, node.Run(Program, "metrics", "--textfile", "/run/none/cni.prom").ExitCode);
    }

    [Fact]
    public void Metrics_follow_the_conventions_of_Prometheus()
    {
        using var node = NewNode();
        node.WriteFile("/var/lib/cni-bridge/nodes.json", """
            {"nodes": [{"name": "one", "addresses": ["192.0.2.1"], "podRanges": ["10.88.0.0/24"]}]}
            """);

        var text = node.Run(Program, "metrics", "--node-name", "one").Succeeded().Stdout;

        Assert.Contains("cni_bridge_log_operation_median_seconds{", text, StringComparison.Ordinal);
        Assert.Contains("cni_bridge_routes_retained 0", text, StringComparison.Ordinal);
        Promtool.AssertAccepts(node, text);
    }

    [Fact]
    public void Promtool_finds_a_violation()
    {
        using var node = NewNode();

        Assert.ThrowsAny<Exception>(() => Promtool.AssertAccepts(node, "# HELP a_total Text.\n# TYPE a_total gauge\na_total 1\n"));
    }

    /// <summary>Returns the duration of the slowest ADD of the bridge plugin in the log, in microseconds.</summary>
    static long SlowestAdd(ScratchNode node) =>
        node.Run(Program, "log", "--output", "json").Succeeded().Json.GetProperty("operations").EnumerateArray()
        .Where(call => call.GetProperty("plugin").GetString() == "bridge" && call.GetProperty("verb").GetString() == "ADD")
        .Max(call => call.GetProperty("microseconds").GetInt64());

    [GeneratedRegex(
        @"^(# (HELP|TYPE) cni_bridge_[a-z0-9_]+ .+|cni_bridge_[a-z0-9_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? [0-9.E+-]+)$")]
    private static partial Regex LinePattern();
}

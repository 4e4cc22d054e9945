using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of Node objects that claim foreign addresses, judged by ip.</summary>
public sealed class HostileNodeTests
{
    /// <summary>Returns node2 with further pod CIDRs.</summary>
    static string Node2With(params string[] ranges) =>
        Node2.Replace(
            "\"podRanges\": [", $"\"podRanges\": [{string.Concat(ranges.Select(range => $"\"{range}\", "))}", StringComparison.Ordinal);

    public static TheoryData<string, string> Claims => new()
    {
        { "128.0.0.0/3", "is larger than /8, and --cluster-cidr is not given" },
        { "2000::/3", "is larger than /40, and --cluster-cidr is not given" },
        { "8.8.8.8/32", "is outside the private, shared and benchmarking blocks" },
        { "192.168.1.13/32", "overlaps 192.168.1.0/24, the subnet of this node's link eth0" },
        { "192.168.0.0/16", "overlaps 192.168.1.0/24, the subnet of this node's link eth0" },
        { "100.64.9.1/32", "contains 100.64.9.1, the default gateway of this node" },
        { "10.244.3.0/25", "overlaps 10.244.3.0/24 of node3" },
        { "10.0.0.0/8", "contains pod CIDRs of node1 and node3" },
    };

    // Node2 is first in the list, so that its claims precede those of the others.
    [Theory]
    [MemberData(nameof(Claims))]
    public void A_refused_range_gets_no_route_and_is_reported(string range, string why)
    {
        using var lan = new NodeLan();
        lan.Ip("route add 100.64.9.1/32 dev eth0");
        lan.Ip("route add default via 100.64.9.1");
        var isLater = why.StartsWith("overlaps 10.244.3.0/24", StringComparison.Ordinal);
        lan.WriteNodes(isLater ? [Node1, Node3, Node2With(range)] : [Node2With(range), Node1, Node3]);

        var sync = lan.Routes("sync");

        Assert.Equal(2, sync.ExitCode);
        Assert.Contains($"problem: node2: the pod CIDR {range} is not used: it {why}", sync.Stdout, StringComparison.Ordinal);
        Assert.Equal(AllRoutes, lan.OurRoutes());
        Assert.Contains($"problem: node2: the pod CIDR {range} is not used: it {why}", lan.Routes("show").Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_contains_no_routes_to_refused_ranges()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node2With("128.0.0.0/3", "8.8.8.8/32", "2000::/3", "192.168.1.13/32"), Node1, Node3);
        foreach (var way in (string[])["node", "router"])
        {
            var plan = lan.Routes("plan", "--for", way, "--format", "json");
            Assert.Equal(2, plan.ExitCode);
            Assert.DoesNotMatch("128\\.0|8\\.8|2000::|\"192\\.168\\.1\\.13/32\"", plan.Stdout);
            Assert.Contains("node2: the pod CIDR 8.8.8.8/32 is not used: it is outside", plan.Stderr, StringComparison.Ordinal);
            Assert.Contains("10.244.2.0/24", plan.Stdout, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("10.244.3.0", lan.Routes("plan", "--cluster-cidr", "10.244.2.0/24").Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void With_cluster_cidr_only_ranges_inside_it_get_routes()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node2With("10.9.0.0/16", "203.0.113.0/25"), Node1, Node3);
        string[] networks = ["--cluster-cidr", "10.244.0.0/16,203.0.113.0/24", "--cluster-cidr", "fd00:a0::/28"];

        var sync = lan.Routes("sync", networks);

        Assert.Contains(
            "node2: the pod CIDR 10.9.0.0/16 is not used: it is outside the cluster CIDRs (--cluster-cidr " +
            "10.244.0.0/16,203.0.113.0/24,fd00:a0::/28)", sync.Stdout, StringComparison.Ordinal);
        Assert.Equal([RouteTo2, RouteTo3, "203.0.113.0/25 via 192.168.1.12 dev eth0", RouteTo2V6, RouteTo3V6], lan.OurRoutes());

        // A route from before the option is deleted.
        lan.Routes("sync", "--cluster-cidr", "10.244.0.0/16,fd00:a0::/28");
        Assert.Equal(AllRoutes, lan.OurRoutes());
    }

    [Fact]
    public void The_nodes_file_may_contain_the_cluster_CIDRs()
    {
        using var lan = new NodeLan();
        lan.ReplaceFile($$"""{"clusterCidrs": ["10.244.2.0/23", "fd00:a2::/64"], "nodes": [{{Node1}}, {{Node2}}, {{Node3}}]}""");
        Assert.Equal(2, lan.Routes("sync").ExitCode);
        Assert.Equal([RouteTo2, RouteTo3, RouteTo2V6], lan.OurRoutes());
        Assert.Equal(1, lan.Routes("sync", "--cluster-cidr", "10.244.0.0").ExitCode);
    }

    [Fact]
    public void Refused_ranges_appear_in_log_metrics_and_doctor()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node2With("203.0.113.0/24", "10.9.0.0/16"), Node1, Node3);
        using var agent = lan.StartAgent("--cluster-cidr", "10.244.0.0/16,203.0.113.0/24,fd00:a0::/28", "--conflist");
        agent.WaitFor(
            "problem: node2: the pod CIDR 10\\.9\\.0\\.0/16 is not used: it is outside the cluster CIDRs \\(--cluster-cidr " +
            "10\\.244\\.0\\.0/16,203");
        string[] routes = [RouteTo2, RouteTo3, "203.0.113.0/24 via 192.168.1.12 dev eth0", RouteTo2V6, RouteTo3V6];
        lan.AwaitRoutes(routes);
        agent.WaitFor("wrote /etc/cni/net\\.d");

        // Both commands use the networks of the agent.
        var metrics = lan.Run("metrics", "--node-name", "node1").Succeeded().Stdout;
        Assert.Contains("\ncni_bridge_pod_ranges_refused 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\ncni_bridge_routes_wanted 5\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\ncni_bridge_routes_retained 0\n", metrics, StringComparison.Ordinal);
        var findings = lan.Run("doctor", "--node-name", "node1", "--output", "json").Json.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("id").GetString()!.StartsWith("pod-range-", StringComparison.Ordinal)).ToList();
        Assert.Contains(
            "node2: the pod CIDR 10.9.0.0/16 is not used: it is outside", Assert.Single(findings).GetProperty("what").GetString(),
            StringComparison.Ordinal);

        lan.WriteNodes(Node1, Node2, Node3);
        agent.WaitFor("solved: node2: the pod CIDR 10\\.9\\.0\\.0/16");
        lan.AwaitRoutes(AllRoutes);
    }

    // The networks that pods of this node reach without masquerading come from the pod CIDRs of all nodes.
    [Fact]
    public void A_refused_range_is_masqueraded()
    {
        using var lan = new NodeLan();
        lan.WriteNodes(Node2With("128.0.0.0/3", "192.168.0.0/16"), Node1, Node3);
        using var agent = lan.StartAgent("--conflist");
        agent.WaitFor("wrote /etc/cni/net\\.d");
        var conflist = lan.Node.Run("cat", "/etc/cni/net.d/10-cni-bridge.conflist").Succeeded().Stdout;
        Assert.Contains("\"nonMasqueradeCIDRs\": [\"10.244.1.0/24\", \"10.244.2.0/23\", ", conflist, StringComparison.Ordinal);
        Assert.DoesNotContain("128.0.0.0", conflist, StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.0.0", conflist, StringComparison.Ordinal);
        var init = lan.Run("conf", "init", "--dry-run", "--nodes", NodesPath, "--node-name", "node1").Stdout;
        Assert.DoesNotContain("128.0.0.0", init, StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.0.0", init, StringComparison.Ordinal);
    }
}

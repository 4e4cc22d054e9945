using System.Globalization;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Tests;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests in a namespace with links, judged by ip.</summary>
public sealed class RouteReconcilerTests : IDisposable
{
    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _namespace;
    readonly RouteSocket _socket;

    public RouteReconcilerTests()
    {
        _namespace = _scratch.Open();
        _socket = _namespace.Run(() => new RouteSocket());
        Ip("link set lo up", "link add eth0 type veth peer name eth0p", "link add eth1 type veth peer name eth1p",
            "link add cni0 type bridge",
            "link set eth0 up", "link set eth0p up", "link set eth1 up", "link set eth1p up", "link set cni0 up");
        foreach (var (link, cidr) in RandomCluster.Addresses)
            Ip($"address add {cidr} dev {link} nodad");
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _namespace?.Dispose();
        _scratch.Dispose();
    }

    RouteReport Run(NodeTable table, bool isDryRun = false) => new RouteReconciler(_socket).Run(table, "node1", isDryRun);

    [Fact]
    public void A_run_keeps_foreign_routes_adds_wanted_ones_and_a_second_run_does_nothing()
    {
        var changes = 0;
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new RandomCluster(seed);
            // The kernel refuses some of them, as it should.
            TryIp([.. random.Routes()
                .Select(route => $"{(route.Contains("::", StringComparison.Ordinal) ? "-6 " : "")}route add {route}")]);
            for (var i = 0; i < 3; i++)
                changes += RunOnce(random.Table(), seed);
            TryIp("-4 route flush proto 3", "-4 route flush proto 4", "-4 route flush proto 12", "-6 route flush proto 3",
                "-6 route flush proto 4", "-6 route flush proto 12");
        }
        Assert.InRange(changes, 50, int.MaxValue);
    }

    int RunOnce(NodeTable table, int seed)
    {
        var before = Routes(isOurs: false);
        var report = Run(table);
        Assert.True(before.SequenceEqual(Routes(isOurs: false)), $"seed {seed}: a foreign route was touched");
        var ours = Routes(isOurs: true);
        var wanted = WantedRoutes.OfNode(table, "node1");
        foreach (var route in wanted.Routes)
        {
            Assert.True(
                ours.Exists(line => IsWay(line, route)) ||
                report.Problems.Any(problem => problem.Text.Contains(route.Destination.ToString(), StringComparison.Ordinal)),
                $"seed {seed}: {route}\n{string.Join('\n', ours)}\n{string.Join('\n', report.Problems)}");
        }
        Assert.True(
            ours.TrueForAll(line => wanted.Routes.Any(route => IsWay(line, route)) || report.Kept.Any(step =>
                step.Action == RouteAction.Retain && line.StartsWith($"{step.Destination} ", StringComparison.Ordinal))),
            $"seed {seed}\n{string.Join('\n', ours)}");
        var second = Run(table);
        Assert.True(second.Changes.Count == 0, $"seed {seed}: {string.Join(", ", second.Changes)}");
        return report.Changes.Count;
    }

    static bool IsWay(string line, WantedRoute route) =>
        route.NextHops.Any(nextHop => line.StartsWith($"{route.Destination} via {nextHop} dev ", StringComparison.Ordinal));

    [Fact]
    public void A_dry_run_reports_changes_and_makes_none()
    {
        var table = ShortTable.Of("node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12 10.244.2.0/24");
        var report = Run(table, isDryRun: true);
        Assert.True(report.IsDryRun);
        Assert.Equal("10.244.2.0/24 via 192.168.1.12 dev eth0 (node2)", $"{Assert.Single(report.Changes)}");
        Assert.Empty(Routes(isOurs: true));
        Assert.Equal((1, 0, 0), Counts(Run(table)));
        Assert.Equal("10.244.2.0/24 via 192.168.1.12 dev eth0 proto 67", Assert.Single(Routes(isOurs: true)));
    }

    // The kernel also applies its policy rules, which we do not. Its refusal does not stop other routes.
    [Fact]
    public void A_route_that_the_kernel_refuses_is_reported_and_does_not_stop_others()
    {
        Ip("rule add pref 1 to 192.168.1.12/32 blackhole");
        var report = Run(ShortTable.Of("node1 192.168.1.11", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24"));
        Assert.Equal("10.244.3.0/24 via 192.168.1.13 dev eth0 (node3)", $"{Assert.Single(report.Changes)}");
        var problem = Assert.Single(report.Problems);
        Assert.Equal("node2", problem.Node);
        Assert.StartsWith("could not add the route 10.244.2.0/24 via 192.168.1.12: ", problem.Text, StringComparison.Ordinal);
        Ip("rule del pref 1");
        Assert.Equal(
            (1, 0, 0),
            Counts(Run(ShortTable.Of("node1 192.168.1.11", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24"))));
    }

    [Fact]
    public void Ranges_of_both_families_are_swapped_in_place()
    {
        Run(ShortTable.Of(
            "node1 192.168.1.11", "node2 192.168.1.12,fd00:1::12 10.244.2.0/24,fd00:a2::/64",
            "node3 192.168.1.13,fd00:1::13 10.244.3.0/24,fd00:a3::/64"));
        var report = Run(
            ShortTable.Of(
            "node1 192.168.1.11", "node2 192.168.1.12,fd00:1::12 10.244.3.0/24,fd00:a3::/64",
            "node3 192.168.1.13,fd00:1::13 10.244.2.0/24,fd00:a2::/64"));
        Assert.Equal((0, 4, 0), Counts(report));
        Assert.Equal(
            [
                "10.244.2.0/24 via 192.168.1.13 dev eth0 proto 67", "10.244.3.0/24 via 192.168.1.12 dev eth0 proto 67",
                "fd00:a2::/64 via fd00:1::13 dev eth0 proto 67 metric 1024 pref medium",
                    "fd00:a3::/64 via fd00:1::12 dev eth0 proto 67 metric 1024 pref medium",
            ],
            Routes(isOurs: true));
    }

    // A next hop that a foreign program appended to ours is part of our route in IPv6, and a separate route in IPv4.
    [Fact]
    public void Next_hops_that_other_programs_added_to_our_route_stay()
    {
        var table = ShortTable.Of("node1 192.168.1.11", "node2 192.168.1.12,fd00:1::12 10.244.2.0/24,fd00:a2::/64");
        Run(table);
        Ip("route append 10.244.2.0/24 via 192.168.1.99 dev eth0 proto 4", "-6 route append fd00:a2::/64 via fd00:1::99 dev eth0 proto 4");
        Assert.Equal((0, 0, 0), Counts(Run(table)));
        Assert.Equal((0, 0, 2), Counts(Run(ShortTable.Of("node1 192.168.1.11"))));
        Assert.Empty(Routes(isOurs: true));
        Assert.Equal(
            ["10.244.2.0/24 via 192.168.1.99 dev eth0 proto 4", "fd00:a2::/64 via fd00:1::99 dev eth0 proto 4 metric 1024 pref medium"],
            Routes(isOurs: false)
                .Where(line => line.Contains("::99", StringComparison.Ordinal) || line.Contains(".99", StringComparison.Ordinal)));
    }

    static (int, int, int) Counts(RouteReport report) =>
        (report.Count(RouteAction.Add), report.Count(RouteAction.Replace), report.Count(RouteAction.Remove));

    /// <summary>Returns the routes that ip prints, sorted.</summary>
    List<string> Routes(bool isOurs)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"proto {ClusterRoute.Protocol}");
        var lines = (Ip("-N -4 route show table main") + Ip("-N -6 route show table main"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.Contains(mark, StringComparison.Ordinal) == isOurs).ToList();
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    string Ip(params string[] commands)
    {
        var output = "";
        foreach (var command in commands)
        {
            var (exitCode, text) = HelperProgram.Run("", "nsenter", [$"--net={_scratch.Path}", "ip", .. command.Split(' ')]);
            Assert.True(exitCode == 0, $"{command}: {text}");
            output += text;
        }
        return output;
    }

    void TryIp(params string[] commands)
    {
        foreach (var command in commands)
            HelperProgram.Run("", "nsenter", [$"--net={_scratch.Path}", "ip", .. command.Split(' ')]);
    }
}

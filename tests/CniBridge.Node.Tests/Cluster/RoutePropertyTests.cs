using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests with random routes and tables without a kernel. See <see cref="RouteReconcilerTests"/> for tests with one.</summary>
public sealed class RoutePropertyTests
{
    const int Rounds = 10_000;

    /// <summary>The number of tables that each kernel gets in turn, as from an agent.</summary>
    const int TablesPerKernel = 5;

    [Fact]
    public void Random_clusters_keep_foreign_routes_add_wanted_ones_and_settle_in_one_run()
    {
        var (changes, problems) = (0, 0);
        for (var seed = 0; seed < Rounds / TablesPerKernel; seed++)
        {
            var random = new RandomCluster(seed);
            var routes = NewKernel(random);
            for (var i = 0; i < TablesPerKernel; i++)
            {
                var difference = RunOnce(routes, WantedRoutes.OfNode(random.Table(), "node1"), seed);
                changes += difference.Changes.Count;
                problems += difference.Problems.Count;
            }
        }
        // The random tables needed changes.
        Assert.InRange(changes, Rounds, int.MaxValue);
        Assert.InRange(problems, Rounds, int.MaxValue);
    }

    // The routes include those that stay because of the problems that the rules found.
    [Fact]
    public void No_route_breaks_a_rule_with_any_claims_of_nodes()
    {
        var (refused, retained) = (0, 0);
        for (var seed = 0; seed < Rounds / TablesPerKernel; seed++)
        {
            var random = new RandomCluster(seed);
            var routes = NewKernel(random);
            for (var i = 0; i < TablesPerKernel; i++)
            {
                var policy = routes.Snapshot.CreateRangePolicy(
                    seed % 2 == 0 ? [] : [Cidr.Parse("10.244.0.0/16"), Cidr.Parse("fd00:a0::/28")], "node1");
                var table = random.Table().Apply(policy);
                var foreign = Foreign(routes);
                var difference = RouteReconciliation.Create(WantedRoutes.OfNode(table, "node1"), routes.Snapshot);
                routes.Apply(difference.Changes);
                refused += table.Problems.Count(problem => problem.Kind == NodeProblemKind.Refused);
                retained += difference.Kept.Count(step => step.Action == RouteAction.Retain);
                Assert.True(foreign.SequenceEqual(Foreign(routes)), $"seed {seed}: a foreign route was touched");
                foreach (var entry in routes.Entries.Where(entry => entry.Protocol == ClusterRoute.Protocol))
                    Assert.True(
                        policy.WhyNot(entry.Destination) is null,
                        $"seed {seed}: {KernelRoutes.Describe(entry)} {policy.WhyNot(entry.Destination)}");
                var second = RouteReconciliation.Create(WantedRoutes.OfNode(table, "node1"), routes.Snapshot);
                Assert.True(second.Changes.Count == 0, $"seed {seed}: the second run wants to {string.Join(", ", second.Changes)}");
            }
        }
        Assert.InRange(refused, Rounds / 10, int.MaxValue);
        Assert.InRange(retained, Rounds / 100, int.MaxValue);
    }

    static KernelRoutes NewKernel(RandomCluster random)
    {
        var routes = new KernelRoutes();
        foreach (var (link, cidr) in RandomCluster.Addresses)
            routes.With(link, cidr);
        foreach (var route in random.Routes())
        {
            var entry = KernelRoutes.Parse(route);
            // No kernel has two routes with one destination and metric, but for some that were appended on purpose.
            if (!routes.Entries.Exists(other => other.Destination == entry.Destination && other.Priority == entry.Priority))
                routes.With(route);
        }
        return routes;
    }

    static RouteReconciliation RunOnce(KernelRoutes routes, WantedRoutes wanted, int seed)
    {
        var before = Foreign(routes);
        var difference = RouteReconciliation.Create(wanted, routes.Snapshot);
        routes.Apply(difference.Changes);
        Assert.True(before.SequenceEqual(Foreign(routes)), $"seed {seed}: a foreign route was touched");
        foreach (var entry in routes.Entries.Where(entry => entry.Protocol == ClusterRoute.Protocol))
            AssertWanted(entry, wanted, routes, seed);
        foreach (var route in wanted.Routes)
        {
            var isThere = routes.Entries.Exists(entry => entry.Protocol == ClusterRoute.Protocol && entry.Destination == route.Destination);
            var isTold = difference.Problems.Any(problem =>
                problem.Node == route.Node && problem.Text.StartsWith($"{route.Destination} is ", StringComparison.Ordinal));
            Assert.True(isThere || isTold, $"seed {seed}: no problem explains why {route} is missing");
        }
        var second = RouteReconciliation.Create(wanted, routes.Snapshot);
        Assert.True(second.Changes.Count == 0, $"seed {seed}: the second run wants to {string.Join(", ", second.Changes)}");
        return difference;
    }

    /// <summary>Asserts that a route is one of the wanted ones and that its next hop is a neighbour by foreign routes.</summary>
    static void AssertWanted(RouteEntry entry, WantedRoutes wanted, KernelRoutes routes, int seed)
    {
        var text = $"seed {seed}: {KernelRoutes.Describe(entry)}";
        Assert.True(wanted.Routes.Any(route => route.Destination == entry.Destination && route.NextHops.Contains(entry.Gateways[0])), text);
        var way = routes.Entries
            .Where(other => other.Protocol != ClusterRoute.Protocol && other.Destination.Contains(entry.Gateways[0]))
            .OrderByDescending(other => other.Destination.PrefixLength).ThenBy(other => other.Priority).First();
        Assert.True(way.IsUnicast && way.Gateways.Count == 0 && way.Links[0] == entry.Links[0], text);
        Assert.True(!RandomCluster.Addresses.Any(own => Cidr.Parse(own.Cidr).Address == entry.Gateways[0]), text);
        Assert.True(!RandomCluster.Addresses.Any(own => Cidr.Parse(own.Cidr).Contains(entry.Destination.Network) &&
            entry.Destination.PrefixLength >= Cidr.Parse(own.Cidr).PrefixLength), text);
    }

    static List<string> Foreign(KernelRoutes routes) =>
        [.. routes.Entries.Where(entry => entry.Protocol != ClusterRoute.Protocol).Select(KernelRoutes.Describe)];
}

using System.Diagnostics;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class NodeTableTests
{
    /// <summary>Returns the result for a second node beside a correct first one.</summary>
    static (string[] Nodes, string[] Problems) Second(string name, string addresses, string podRanges)
    {
        var table = Table(Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry(name, addresses, podRanges));
        Assert.Equal("node1 192.168.1.11 10.244.1.0/24", Texts(table).First());
        return ([.. Texts(table).Skip(1)], [.. table.Problems.Select(problem => problem.ToString())]);
    }

    [Fact]
    public void Correct_nodes_are_kept_in_their_order()
    {
        var nodes = new[]
        {
            Entry("b.example.com", "192.168.1.12,fd00::12", "10.244.2.0/24,fd00:10:2::/64"),
            Entry("a_-1", "192.168.1.11", "10.244.1.0/24"),
            Entry("c", "192.168.1.13"),
        };

        var table = NodeTable.Create(nodes, []);

        Assert.Equal(nodes, table.Nodes);
        Assert.Empty(table.Problems);
        Assert.Same(nodes[1], table.Find("a_-1"));
        Assert.Same(nodes[1], table.Find("A_-1"));
        Assert.Null(table.Find("A_-2"));
    }

    [Fact]
    public void Earlier_problems_stay_and_come_first()
    {
        var before = new NodeProblem("node9", "something");

        var table = NodeTable.Create([Entry("node 1", "")], [before]);

        Assert.Same(before, table.Problems[0]);
        Assert.Equal(2, table.Problems.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a:b")]
    public void A_node_with_an_invalid_name_is_skipped(string name)
    {
        var (nodes, problems) = Second(name, "192.168.1.12", "10.244.2.0/24");

        Assert.Empty(nodes);
        Assert.EndsWith(
            "the entry is not used: a name has 1 to 253 letters, digits and the characters - . _", Assert.Single(problems),
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problems[0]);
    }

    [Fact]
    public void A_name_has_at_most_253_characters()
    {
        Assert.Single(Second(new string('a', 253), "192.168.1.12", "").Nodes);
        Assert.Empty(Second(new string('a', 254), "192.168.1.12", "").Nodes);
    }

    [Theory]
    [InlineData("node1")]
    [InlineData("Node1")]
    public void The_first_of_two_entries_with_the_same_name_counts(string name)
    {
        var (nodes, problems) = Second(name, "192.168.1.12", "10.244.2.0/24");

        Assert.Empty(nodes);
        Assert.Equal([$"{name}: a second entry with this name is not used"], problems);
    }

    [Theory]
    [InlineData("10.244.2.1/24", "has host bits: use 10.244.2.0/24")]
    [InlineData("fd00::1/64", "has host bits: use fd00::/64")]
    [InlineData("0.0.0.0/0", "contains all addresses")]
    [InlineData("::/0", "contains all addresses")]
    [InlineData("127.1.0.0/16", "contains loopback addresses (127.0.0.0/8)")]
    [InlineData("64.0.0.0/2", "contains loopback addresses (127.0.0.0/8)")]
    [InlineData("0.0.0.0/1", "contains addresses of the block 0.0.0.0/8, which no host has")]
    [InlineData("169.254.7.0/24", "contains link-local addresses (169.254.0.0/16)")]
    [InlineData("239.1.0.0/16", "contains multicast addresses (224.0.0.0/4)")]
    [InlineData("255.255.255.0/24", "contains the broadcast address (255.255.255.255)")]
    [InlineData("::/64", "contains the unspecified and the loopback address (:: and ::1)")]
    [InlineData("fe80::/64", "contains link-local addresses (fe80::/10)")]
    [InlineData("ff02::/16", "contains multicast addresses (ff00::/8)")]
    [InlineData("10.244.1.0/24", "overlaps 10.244.1.0/24 of node1")]
    [InlineData("10.244.1.128/25", "overlaps 10.244.1.0/24 of node1")]
    [InlineData("10.244.0.0/16", "overlaps 10.244.1.0/24 of node1")]
    [InlineData("192.168.1.0/24", "contains the address 192.168.1.11 of node1")]
    [InlineData("192.168.1.11/32", "contains the address 192.168.1.11 of node1")]
    [InlineData("192.168.2.0/24", "contains the node's own address 192.168.2.12")]
    public void An_invalid_pod_CIDR_is_skipped_and_the_rest_of_the_node_is_used(string range, string why)
    {
        var (nodes, problems) = Second("node2", "192.168.2.12", $"{range},10.99.0.0/24");

        Assert.Equal(["node2 192.168.2.12 10.99.0.0/24"], nodes);
        Assert.Equal([$"node2: the pod CIDR {range} is not used: it {why}"], problems);
    }

    [Theory]
    [InlineData("10.244.2.0/24,10.244.2.0/25")]
    [InlineData("10.244.2.0/25,10.244.2.0/24")]
    [InlineData("10.244.2.0/24,10.244.2.0/24")]
    public void The_first_of_two_overlapping_ranges_of_a_node_counts(string ranges)
    {
        var (nodes, problems) = Second("node2", "192.168.1.12", ranges);

        Assert.Equal([$"node2 192.168.1.12 {ranges.Split(',')[0]}"], nodes);
        Assert.Contains($"overlaps {ranges.Split(',')[0]} of the same node", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_skipped_pod_CIDR_does_not_affect_other_nodes()
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24"),
            Entry("node2", "192.168.1.12", "10.244.0.0/16"),
            Entry("node3", "192.168.1.13", "10.244.3.0/24"));

        Assert.Equal(["node1 192.168.1.11 10.244.1.0/24", "node2 192.168.1.12", "node3 192.168.1.13 10.244.3.0/24"], Texts(table));
        Assert.Equal("node2", Assert.Single(table.Problems).Node);
    }

    [Theory]
    [InlineData("0.0.0.0", "not a valid node address")]
    [InlineData("127.0.0.1", "a loopback address")]
    [InlineData("224.0.0.5", "a multicast address")]
    [InlineData("255.255.255.255", "the broadcast address")]
    [InlineData("::", "not a valid node address")]
    [InlineData("::1", "a loopback address")]
    [InlineData("ff02::1", "a multicast address")]
    [InlineData("fe80::1", "a link-local address")]
    [InlineData("192.168.1.11", "already an address of node1")]
    public void An_invalid_address_is_skipped_and_the_next_one_is_used(string address, string why)
    {
        var (nodes, problems) = Second("node2", $"{address},192.168.1.12", "10.244.2.0/24");

        Assert.Equal(["node2 192.168.1.12 10.244.2.0/24"], nodes);
        Assert.Equal([$"node2: the address {address} is not used: it is {why}"], problems);
    }

    [Fact]
    public void A_duplicate_address_counts_once()
    {
        var (nodes, problems) = Second("node2", "192.168.1.12,192.168.1.12", "");

        Assert.Equal(["node2 192.168.1.12"], nodes);
        Assert.Empty(problems);
    }

    // A kubelet may report an address of a pod bridge as its own.
    [Fact]
    public void A_new_address_inside_the_pod_CIDR_of_another_node_is_skipped()
    {
        var (nodes, problems) = Second("node2", "10.244.1.1,192.168.1.12", "10.244.2.0/24");

        Assert.Equal(["node2 192.168.1.12 10.244.2.0/24"], nodes);
        Assert.Equal(["node2: the address 10.244.1.1 is not used: it is in the pod CIDR 10.244.1.0/24 of node1"], problems);
    }

    [Fact]
    public void A_pod_CIDR_that_contains_the_node_network_is_skipped()
    {
        var table = Table(
            Entry("node1", "10.0.0.11", "192.168.0.0/16"),
            Entry("node2", "192.168.1.12", "10.244.2.0/24"),
            Entry("node3", "192.168.1.13", "10.244.3.0/24"));

        Assert.Equal(["node1 10.0.0.11", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24"], Texts(table));
        Assert.Equal("node1: the pod CIDR 192.168.0.0/16 is not used: it contains the address 192.168.1.13 of node3",
            Assert.Single(table.Problems).ToString());
    }

    [Fact]
    public void A_skipped_pod_CIDR_removes_no_address()
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.1.0.0/24"),
            Entry("node2", "192.168.1.12", "10.0.0.0/8"),
            Entry("node3", "10.7.0.13", "10.3.0.0/24"));

        Assert.Equal(["node1 192.168.1.11 10.1.0.0/24", "node2 192.168.1.12", "node3 10.7.0.13 10.3.0.0/24"], Texts(table));
    }

    [Fact]
    public void CostsPodRange_marks_only_problems_that_skip_a_pod_CIDR()
    {
        var table = Table(Entry("node1", "127.0.0.1,192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12", "10.244.1.0/24"));

        Assert.Equal([("node1", false), ("node2", true)], table.Problems.Select(problem => (problem.Node, problem.CostsPodRange)));
    }

#pragma warning disable CA5394 // A test that can be repeated is what a known seed is for.
    // The judge is the literal rule, with ranges that often overlap.
    [Fact]
    public void The_conflicts_equal_those_of_a_comparison_of_all_pairs()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var nodes = Enumerable.Range(0, 12).Select(i => Entry($"n{i}", "", RandomRange(random))).ToList();
            var all = nodes.ConvertAll(node => node.PodRanges[0]);
            var usual = all.GroupBy(range => range.PrefixLength).OrderByDescending(length => length.Count()).ThenBy(length => length.Key)
                .First().Key;
            var given = new List<Cidr>();
            foreach (var range in all)
            {
                var holdsSeveral = range.PrefixLength < usual &&
                    all.Count(other => other.PrefixLength > range.PrefixLength && range.Contains(other.Address)) > 1;
                if (!holdsSeveral && !given.Exists(range.Overlaps))
                    given.Add(range);
            }

            Assert.Equal(given, NodeTable.Create(nodes, []).Nodes.SelectMany(node => node.PodRanges));
        }
    }

    static string RandomRange(Random random)
    {
        var length = random.Next(20, 29);
        var range = new Cidr(IpAddress.FromBytes([10, 244, (byte)random.Next(64), (byte)random.Next(256)]), length);
        return $"{range.Network}/{length}";
    }
#pragma warning restore CA5394

    // If the oldest node were trusted, one node object could take over the pods of all others.
    [Fact]
    public void A_pod_CIDR_that_contains_those_of_several_nodes_is_skipped()
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.0.0/16"),
            Entry("node2", "192.168.1.12", "10.244.2.0/24"),
            Entry("node3", "192.168.1.13", "10.244.3.0/24"));

        Assert.Equal(["node1 192.168.1.11", "node2 192.168.1.12 10.244.2.0/24", "node3 192.168.1.13 10.244.3.0/24"], Texts(table));
        Assert.Equal(
            "node1: the pod CIDR 10.244.0.0/16 is not used: it contains pod CIDRs of node2 and node3",
            Assert.Single(table.Problems).ToString());
    }

    // Two new nodes claim its halves.
    [Fact]
    public void A_pod_CIDR_of_usual_size_wins_over_claims_of_its_parts()
    {
        var table = Table(
            Entry("node1", "192.168.1.11", "10.244.1.0/24"), Entry("node2", "192.168.1.12", "10.244.2.0/24"),
            Entry("node3", "192.168.1.13", "10.244.3.0/24"),
            Entry("node4", "192.168.1.14", "10.244.1.0/25"), Entry("node5", "192.168.1.15", "10.244.1.128/25"));

        Assert.Equal("node1 192.168.1.11 10.244.1.0/24", Texts(table).First());
        Assert.Equal(["node4", "node5"], table.Problems.Select(problem => problem.Node));
    }

    // A comparison of all pairs would take 64 times as long for 8 times as many nodes.
    [Fact]
    public void The_time_grows_linearly_with_the_number_of_nodes()
    {
        TimeSpan few = TimeSpan.MaxValue, many = TimeSpan.MaxValue;
        // The sizes alternate, and the best of several times counts, because other programs run at the same time.
        for (var i = 0; i < 5; i++)
        {
            few = Min(few, Measure(1_000));
            many = Min(many, Measure(8_000));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{few.TotalMilliseconds} ms, {many.TotalMilliseconds} ms");
        Assert.InRange(many / few, 0, 24);

        static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    static TimeSpan Measure(int count)
    {
        var nodes = Many(count).ToList();
        // The most expensive fault: a range that holds all others.
        nodes.Add(Entry("last", "172.31.0.1", "10.0.0.0/8"));
        var clock = Stopwatch.StartNew();
        var table = NodeTable.Create(nodes, []);
        var taken = clock.Elapsed;
        Assert.Equal(count * 2, table.Nodes.Sum(node => node.PodRanges.Count));
        Assert.Single(table.Problems);
        return taken;
    }
}

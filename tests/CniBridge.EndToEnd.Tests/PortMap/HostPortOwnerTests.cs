using System.Globalization;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of the owner of a host port from ADD to DEL, also if one of them is missing.</summary>
public sealed class HostPortOwnerTests
{
    const string Owner = "podnet/container-pod/eth0", Other = "podnet/container-other/eth0";

    static readonly string s_port = Only(8080, 80);

    [Fact]
    public void A_host_port_of_another_pod_is_refused_with_its_name_and_nothing_changes()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", $"[{Mapping(8080, 80)}, {Mapping(53, 53, "udp", "10.88.0.1")}]");
        var before = node.Handles;

        node.Call("ADD", "other", s_port).Fail(999, Owner, "host port 8080/tcp of any address", "hostPort = 8080");
        node.Call("ADD", "other", $"[{Mapping(9090, 80)}, {Mapping(53, 1, "udp", "10.88.0.1")}]")
            .Fail(999, Owner, "host port 53/udp of 10.88.0.1");
        node.Call("ADD", "other", s_port, """{"name": "elsewhere"}""").Fail(999, Owner);

        Assert.Equal(before, node.Handles);
        Assert.Equal(["podnet,container-pod,eth0"], node.Records);
        // The same port of another protocol or address does not conflict.
        node.Add("other", $"[{Mapping(8080, 80, "udp")}, {Mapping(8080, 80, "tcp", "10.88.0.1")}, {Mapping(53, 1, "udp", "10.88.0.9")}]");
    }

    // The kernel remembers the translation of a sender's datagrams for half a minute, which would lead them to the old pod.
    [Theory]
    [InlineData(OutsideWorld.NodeV4)]
    [InlineData(OutsideWorld.NodeV6)]
    public void A_client_with_a_fixed_source_port_reaches_the_next_pod_at_once(string address)
    {
        using var node = HostPortNode.With("pod", "other").WithOutside();
        node.Serve("pod", "udp/53");
        node.Serve("other", "udp/53");
        node.Add("pod", Only(5353, 53, "udp"));
        Assert.StartsWith("pod ", node.Ask(Outside, "udp", address, 5353, ownPort: 40_000), StringComparison.Ordinal);
        node.Call("DEL", "pod", "[]").Succeed();
        node.Add("other", Only(5353, 53, "udp"));
        Assert.StartsWith("other ", node.Ask(Outside, "udp", address, 5353, ownPort: 40_000), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_sent_before_the_host_port_existed_reaches_the_pod_at_once()
    {
        using var node = HostPortNode.With("pod").WithOutside();
        node.Serve("pod", "udp/53");
        Assert.StartsWith("no answer", node.Ask(Outside, "udp", OutsideWorld.NodeV4, 5353, ownPort: 40_000), StringComparison.Ordinal);
        node.Add("pod", Only(5353, 53, "udp"));
        Assert.StartsWith("pod ", node.Ask(Outside, "udp", OutsideWorld.NodeV4, 5353, ownPort: 40_000), StringComparison.Ordinal);
    }

    [Fact]
    public void Repair_after_a_flush_restores_the_ports_of_running_pods()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("pod", "tcp/80");
        node.Add("pod", s_port);
        node.Add("other", Only(9090, 80));
        var before = node.Ruleset;
        node.Node.Run("ip", "netns", "delete", "other").Succeeded();
        node.Node.Run("nft", "flush", "ruleset").Succeeded();
        node.Call("CHECK", "pod", s_port).Fail(999, Owner);

        var told = Repair(node);

        Assert.Contains($"host port 8080/tcp of any address of {Owner}", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, told, StringComparison.Ordinal);
        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("CHECK", "pod", s_port).Succeed();
        Assert.Equal(0, node.CountOf(Other));
        Assert.Equal("nothing was missing\n", Repair(node));
        Assert.NotEqual(before, node.Ruleset);
    }

    static string Repair(HostPortNode node) =>
        node.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded().Stdout;

    [Fact]
    public void A_repeated_ADD_changes_nothing()
    {
        using var node = HostPortNode.With("pod");
        var first = node.Add("pod", s_port);
        var before = node.Handles;
        Assert.Equal(first.Stdout, node.Add("pod", s_port).Stdout);
        Assert.Equal(before, node.Handles);
        node.Call("CHECK", "pod", s_port).Succeed();
    }

    [Fact]
    public void An_ADD_with_other_ports_replaces_those_of_the_attachment()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("pod", "tcp/80", "tcp/81");
        node.Add("pod", $"[{Mapping(8080, 80)}, {Mapping(8081, 80)}]", """{"masqAll": true}""");
        node.Add("pod", $"[{Mapping(8080, 81)}, {Mapping(8082, 80)}]");

        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8082), StringComparison.Ordinal);
        node.AssertNoAnswer(TheNode, "tcp", "127.0.0.1", 8081);
        Assert.DoesNotContain("8081", node.Ruleset, StringComparison.Ordinal);
        node.Add("other", Only(8081, 80));
        node.Call("DEL", "pod", "[]").Succeed();
        Assert.Equal(0, node.CountOf(Owner));
    }

    [Fact]
    public void The_port_of_a_missing_pod_is_taken_over_and_its_late_DEL_keeps_it()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("other", "tcp/80");
        var ports = $"[{Mapping(8080, 80)}, {Mapping(8081, 80)}]";
        node.Add("pod", ports);
        node.Detach("pod");
        node.Node.Run("ip", "netns", "del", "pod").Succeeded();

        node.Add("other", s_port);

        Assert.StartsWith("other ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("DEL", "pod", ports).Succeed();
        Assert.Equal(0, node.CountOf(Owner));
        Assert.Equal(["podnet,container-other,eth0"], node.Records);
        Assert.StartsWith("other ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("CHECK", "other", s_port).Succeed();
    }

    // The next pod got the address, and its masquerade.
    [Fact]
    public void A_late_DEL_keeps_the_ports_of_a_pod_with_the_same_address()
    {
        const string one = """{"ipam": {"type": "host-local", "subnet": "10.88.0.0/30"}, "hairpinMode": true}""";
        using var node = HostPortNode.Of(one, "pod");
        node.Add("pod", s_port);
        node.Detach("pod");
        node.Attach("other");
        Assert.Equal("10.88.0.2", node.AddressOf("other", isV6: false));
        node.Serve("other", "tcp/80");
        node.Add("other", Only(9090, 80));
        node.Call("DEL", "pod", s_port).Succeed();

        Assert.Equal("other 10.88.0.1", node.Ask(TheNode, "tcp", "127.0.0.1", 9090));
        Assert.Equal("other 10.88.0.1", node.Ask("other", "tcp", "10.88.0.1", 9090));
        node.Call("CHECK", "other", Only(9090, 80)).Succeed();
    }

    [Fact]
    public void An_owner_without_a_record_counts_as_alive_and_can_be_added_and_deleted()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", s_port);
        node.Node.Run("rm", "-r", "/run/cni-bridge").Succeeded();
        node.Call("ADD", "other", s_port).Fail(999, Owner);
        node.Call("DEL", "other", s_port).Succeed();
        node.Add("pod", s_port);
        node.Call("CHECK", "pod", s_port).Succeed();

        node.Node.Run("rm", "-r", "/run/cni-bridge").Succeeded();
        // DEL does not need the previous result.
        node.CallWithoutResult("DEL", "pod", s_port).Succeed();
        node.AssertNothingLeft();
        node.Add("other", s_port);
    }

    public static TheoryData<string, string> Deletions => new()
    {
        { "with everything", s_port },
        { "without mappings", "[]" },
        { "with other mappings", Only(9090, 80) },
        { "with wrong mappings", """[{"hostPort": 0, "protocol": "x"}, null]""" },
        { "with mappings that are none", """[{"hostPort": "x"}]""" },
    };

    [Theory]
    [MemberData(nameof(Deletions))]
    public void DEL_removes_the_rules_of_ADD_with_any_mappings(string what, string mappings)
    {
        Assert.NotEmpty(what);
        using var node = HostPortNode.With("pod", "other");
        node.Add("other", Only(8081, 80));
        var before = node.Ruleset;
        node.Add("pod", s_port);

        node.Call("DEL", "pod", mappings, """{"backend": "x", "conditionsV4": ["x"], "markMasqBit": 99}""").Succeed();
        Assert.Equal(before, node.Ruleset);
        Assert.Equal(["podnet,container-other,eth0"], node.Records);
        node.Call("DEL", "pod", mappings).Succeed();
        Assert.Equal(before, node.Ruleset);

        node.Add("pod", s_port);
        node.CallWithoutResult("DEL", "pod", mappings).With("CNI_NETNS", null).Succeed();
        Assert.Equal(before, node.Ruleset);
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
    }

    [Fact]
    public void DEL_removes_only_rules_of_this_interface_and_network()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_port);
        node.Call("DEL", "pod", s_port, """{"name": "other"}""").Succeed();
        node.Call("DEL", "pod", s_port).With("CNI_IFNAME", "eth1").Succeed();
        node.Call("DEL", "pod", s_port).With("CNI_CONTAINERID", "container-po").Succeed();
        node.Call("CHECK", "pod", s_port).Succeed();
    }

    [Fact]
    public void DEL_succeeds_after_the_ruleset_was_flushed()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_port);
        node.Node.Run("nft", "flush", "ruleset").Succeeded();
        node.Call("DEL", "pod", s_port).Succeed();
        node.AssertNothingLeft();
    }

    [Fact]
    public void Names_of_any_length_have_different_owners()
    {
        using var node = HostPortNode.With("pod", "other");
        var network = $$"""{"name": "{{new string('n', 255)}}"}""";
        RawCall Call(string verb, string pod, int port, string last) => node.Call(verb, pod, Only(port, 80), network)
            .With("CNI_CONTAINERID", new string('c', 254) + last);
        Call("ADD", "pod", 8080, "1").Succeed();
        Call("ADD", "other", 8081, "2").Succeed();
        Assert.Equal(2, node.Owners.Distinct().Count());
        Call("ADD", "other", 8080, "2").Fail(999, node.Owners.Distinct().First()[..60]);
        Call("CHECK", "pod", 8080, "1").Succeed();
        Call("DEL", "pod", 8080, "1").Succeed();
        Assert.Single(node.Owners.Distinct());
        // GC finds these names too.
        Collect(node, $$"""[{"containerID": "{{new string('c', 254)}}2", "ifname": "eth0"}]""", network).Succeed();
        Assert.Single(node.Owners.Distinct());
        Collect(node, "[]", network).Succeed();
        node.AssertNothingLeft();
    }

    [Fact]
    public void GC_removes_rules_of_the_network_whose_attachments_are_not_in_the_list()
    {
        using var node = HostPortNode.With("pod", "other", "unrecorded");
        node.Add("pod", Only(8080, 80));
        node.Add("other", Only(8081, 80));
        node.Add("unrecorded", Only(8082, 80));
        node.Call("ADD", "pod", Only(8083, 80), """{"name": "podnet2"}""").Succeed();
        node.Node.Run("rm", "/run/cni-bridge/hostports/podnet,container-unrecorded,eth0").Succeeded();
        var foreign = node.CountOf("podnet2/container-pod/eth0");

        Collect(node, """[{"containerID": "container-other", "ifname": "eth0"}]""").Succeed();

        Assert.Equal([Other, "podnet2/container-pod/eth0"], node.Owners.Distinct());
        Assert.Equal(foreign, node.CountOf("podnet2/container-pod/eth0"));
        Assert.Equal(["podnet,container-other,eth0", "podnet2,container-pod,eth0"], node.Records);
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
        Collection(node, "{}").Fail(7, "cni.dev/valid-attachments");
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
        Collect(node, "[]").Succeed();
        Assert.Equal(["podnet2/container-pod/eth0"], node.Owners.Distinct());
    }

    [Fact]
    public void Twenty_concurrent_first_ADDs_get_their_ports_and_each_rule_exists_once()
    {
        using var node = HostPortNode.With(Pods(20));
        RunAtOnce(node, "ADD", 20, port: i => 8000 + i);
        Assert.Equal(20, node.Records.Count);
        Assert.Equal(20, node.Owners.Distinct().Count());
        var rules = node.Objects("rule").Count();
        var chains = node.Objects("chain").Count();
        foreach (var pod in Pods(20).Where((_, i) => i % 5 == 0))
        {
            node.Call("CHECK", pod, Only(8000 + int.Parse(pod[1..], CultureInfo.InvariantCulture), 80)).Succeed();
        }
        RunAtOnce(node, "DEL", 20, port: i => 8000 + i);
        node.AssertNothingLeft();
        node.Add("p1", s_port);
        Assert.Equal((rules, chains), (node.Objects("rule").Count(), node.Objects("chain").Count()));
    }

    [Fact]
    public void One_of_ten_concurrent_ADDs_for_a_host_port_succeeds()
    {
        using var node = HostPortNode.With([.. Pods(10), "dead"]);
        for (var round = 0; round < 3; round++)
        {
            // The owner of the last round's port is gone, so that exactly one pod takes it over.
            if (round == 2)
            {
                node.Add("dead", s_port);
                node.Node.Run("ip", "netns", "del", "dead").Succeeded();
            }
            var failed = RunAtOnce(node, "ADD", 10, port: _ => 8080);
            Assert.Equal(9, failed);
            Assert.Single(node.Owners.Where(owner => !owner.Contains("dead", StringComparison.Ordinal)).Distinct());
            Assert.Single(node.Records, record => !record.Contains("dead", StringComparison.Ordinal));
            RunAtOnce(node, "DEL", 10, port: _ => 8080);
        }
    }

    [Fact]
    public void Only_elements_grow_with_the_number_of_pods()
    {
        using var node = HostPortNode.With(Pods(5));
        node.Add("p1", s_port);
        var (chains, rules, sets) = (node.Objects("chain").Count(), node.Objects("rule").Count(), node.Objects("set").Count());
        foreach (var pod in Pods(5).Skip(1))
        {
            node.Add(pod, Only(8080, 80, "tcp", $"10.88.1.{pod[1..]}"));
        }
        Assert.Equal((chains, rules, sets), (node.Objects("chain").Count(), node.Objects("rule").Count(), node.Objects("set").Count()));
    }

    static RawCall Collection(HostPortNode node, string keys)
    {
        var request = JsonNode.Parse(keys)!.AsObject();
        request["cniVersion"] = "1.1.0";
        request["name"] ??= "podnet";
        request["type"] = "portmap";
        return (RawCall.Of(node.Node, "GC", request.ToJsonString()) with { Plugin = "portmap" })
            .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);
    }

    static RawCall Collect(HostPortNode node, string valid, string keys = "{}")
    {
        var request = JsonNode.Parse(keys)!.AsObject();
        request["cni.dev/valid-attachments"] = JsonNode.Parse(valid);
        return Collection(node, request.ToJsonString());
    }

    static string[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => $"p{number}")];

    /// <summary>Runs concurrent calls for pods p1, p2, … and returns the number of refused ones.</summary>
    /// <returns>The number of failed calls.</returns>
    static int RunAtOnce(HostPortNode node, string verb, int count, Func<int, int> port)
    {
        var plugin = Path.Combine(PluginDirectory.UnderTest, "portmap");
        for (var i = 1; i <= count; i++)
        {
            node.Node.WriteFile($"{Node.Directory}/in.{i}", node.Call(verb, $"p{i}", Only(port(i), 80)).Input);
        }
        var failed = node.Node.Run("sh", "-ec", $$"""
            cd {{Node.Directory}}
            rm -f failed
            export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin CNI_COMMAND={{verb}}
            for i in $(seq {{count}}); do
              (CNI_CONTAINERID=container-p$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(plugin)}} < in.$i > out.$i 2>&1 || echo $i: $(cat out.$i) >> failed) &
            done
            wait
            cat failed 2>/dev/null || true
            """).Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(failed, line => Assert.Contains("is taken by podnet/container-p", line, StringComparison.Ordinal));
        return failed.Length;
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of ipMasq and its keys: the visible source addresses, and the rules that nft lists.</summary>
[RunsFirst]
public sealed partial class MasqueradeTests
{
    const string On = """{"ipMasq": true}""";

    const string OtherNetwork = """
        {
          "name": "other", "bridge": "cni1", "ipMasq": true,
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/24"}], [{"subnet": "fd00:99::/64"}]]}
        }
        """;

    /// <summary>Rules of other programs in nftables, also in tables with our names in other families.</summary>
    const string Foreign = """
        add table inet cni-bridge
        add chain inet cni-bridge masq { type filter hook input priority 0; }
        add table ip kube-proxy
        add set ip kube-proxy ports { type inet_service; elements = { 80, 443 }; }
        add chain ip kube-proxy postrouting { type nat hook postrouting priority srcnat; }
        add rule ip kube-proxy postrouting ip saddr 172.16.0.0/12 counter masquerade comment "theirs"
        add table ip6 nat
        add chain ip6 nat POSTROUTING { type nat hook postrouting priority srcnat; policy accept; }

        """;

    [Theory]
    [InlineData("10.88.0.0/24")]
    [InlineData("fd00:88::/64")]
    [InlineData("10.88.0.0/24", "fd00:88::/64")]
    public void An_outside_host_sees_the_node_with_ipMasq_and_the_pod_without(params string[] subnets)
    {
        using var node = NewNode("pod");
        var outside = new OutsideWorld(node);
        var ranges = string.Join(',', subnets.Select(subnet => $$"""[{"subnet": "{{subnet}}"}]"""));
        var network = Configurations.WithIpam($$"""{"ranges": [{{ranges}}]}""");
        var masqueraded = Configurations.WithIpam($$"""{"ranges": [{{ranges}}]}""", On);

        RawCall.Of(node, "ADD", network).Succeed();
        foreach (var subnet in subnets)
        {
            Assert.Equal(PodNetwork.Address(subnet, 2), outside.SenderSeen("pod", Host(subnet)));
        }
        Assert.Equal("", Ruleset(node));
        RawCall.Of(node, "DEL", network).Succeed();

        var added = RawCall.Of(node, "ADD", masqueraded).Succeed();
        foreach (var subnet in subnets)
        {
            Assert.Equal(NodeAddress(subnet), outside.SenderSeen("pod", Host(subnet)));
            node.AssertPodReaches("pod", Host(subnet));
        }
        Assert.Equal(subnets.Length, Objects(node, "rule").Count);
        RawCall.Of(node, "CHECK", masqueraded).WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("""{"isMasq": true}""")]
    [InlineData("""{"ipMasq": true, "ipMasqBackend": "iptables"}""")]
    [InlineData("""{"ipMasq": true, "ipMasqBackend": "nftables"}""")]
    [InlineData("""{"ipMasq": true, "isGateway": false, "isDefaultGateway": false}""")]
    public void All_keys_and_backends_of_masquerading_give_the_same_rules(string keys)
    {
        using var node = NewNode("pod");
        Add(node, "pod", keys);
        var asked = Ruleset(node);
        using var plain = NewNode("pod");
        Add(plain, "pod");
        Assert.Equal(Ruleset(plain), asked);
    }

    [Theory]
    [InlineData("""{"ipMasq": false, "ipMasqBackend": "ufw"}""")]
    [InlineData("""{"ipMasq": true, "ipam": {}}""")]
    [InlineData("""{"nonMasqueradeCIDRs": ["10.0.0.0/8"]}""")]
    public void Without_ipMasq_ADD_opens_no_nftables_socket(string keys)
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod");
        var call = Call(node, "ADD", "pod", "{}", keys) with { Wrapper = ["strace", "-f", "-e", "trace=socket"] };
        Assert.DoesNotContain("NETFILTER", call.Succeed().Stderr, StringComparison.Ordinal);
        Assert.Equal("", Ruleset(node));
    }

    [Fact]
    public void An_unknown_backend_is_refused_and_changes_nothing()
    {
        using var node = NewNode("pod");
        Call(node, "ADD", "pod", """{"ipMasq": true, "ipMasqBackend": "x"}""").Fail(7, "ipMasqBackend", "unknown ipmasq backend \"x\"");
        Call(node, "ADD", "pod", """{"nonMasqueradeCIDRs": ["10.0.0.0/8", "pods"]}""").Fail(7, "nonMasqueradeCIDRs[1] = pods");
        Assert.Equal("", Ruleset(node));
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Traffic_to_pods_and_configured_networks_is_not_masqueraded()
    {
        using var node = NewNode("pod", "second", "third");
        var outside = new OutsideWorld(node);
        const string keys = """
            {"ipMasq": true, "nonMasqueradeCIDRs":
              ["198.51.100.0/24", "198.51.100.2/32", "2001:db8:2::/64", "10.88.0.0/16", "10.99.0.0/24", "0.0.0.0/8", "255.255.255.255/32"]}
            """;
        Add(node, "pod", keys);
        Add(node, "second", keys);
        Add(node, "third", OtherNetwork);
        outside.Watch("second");
        outside.Watch("third");

        Assert.Equal("10.88.0.2", outside.SenderSeen("pod", "10.88.0.3", "second"));
        Assert.Equal("fd00:88::2", outside.SenderSeen("pod", "fd00:88::3", "second"));
        Assert.Equal("10.88.0.2", outside.SenderSeen("pod", OutsideWorld.FarV4));
        Assert.Equal("fd00:88::2", outside.SenderSeen("pod", OutsideWorld.FarV6));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("pod", OutsideWorld.HostV6));
        // Traffic to another network follows the configuration of the sender's network.
        Assert.Equal("10.88.0.2", outside.SenderSeen("pod", "10.99.0.2", "third"));
        Assert.Equal("10.88.0.1", outside.SenderSeen("third", "10.88.0.3", "second"));
        Assert.Equal("fd00:99::1", outside.SenderSeen("pod", "fd00:99::2", "third"));
    }

    [Fact]
    public void The_size_of_the_ruleset_does_not_depend_on_the_number_of_pods()
    {
        using var node = NewNode(Pods(30));
        Add(node, "p1");
        var one = Handles(node);
        Assert.Equal(2, Objects(node, "rule").Count);
        foreach (var pod in Pods(30).Skip(1))
        {
            Add(node, pod);
        }
        Assert.Equal(one, Handles(node));
        foreach (var pod in Pods(30))
        {
            Call(node, "DEL", pod).Succeed();
        }
        Assert.Equal(one, Handles(node));
    }

    [Fact]
    public void Twenty_concurrent_first_ADDs_create_one_rule()
    {
        using var node = NewNode(Pods(20));
        AddAtOnce(node, 20, On);
        Assert.Equal(["ip", "ip6"], Objects(node, "chain").Select(Family).Order());
        Assert.Equal(["ip", "ip6"], Objects(node, "rule").Select(Family).Order());
        Assert.Equal(4, Objects(node, "set").Count);

        // The same holds if they find the rule of another configuration.
        AddAtOnce(node, 20, """{"ipMasq": true, "nonMasqueradeCIDRs": ["10.0.0.0/8", "fd00::/8"]}""");
        Assert.Equal(2, Objects(node, "chain").Count);
        Assert.Equal(2, Objects(node, "rule").Count);
        Assert.Equal(4, Objects(node, "set").Count);
    }

    [Fact]
    public void After_a_flush_of_the_ruleset_CHECK_fails_and_the_next_ADD_restores_the_rules()
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        var added = Add(node, "pod");
        var before = Ruleset(node);
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
        Assert.Equal("", Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""").Succeed().Stderr);

        foreach (var (family, damage) in new[]
        {
            ("ip", "flush ruleset"), ("ip", "delete table ip cni-bridge"), ("ip6", "delete table ip6 cni-bridge"),
        })
        {
            node.Run("nft", damage.Split(' ')).Succeeded();
            Call(node, "CHECK", "pod").WithPrevious(added).Fail(999, "podnet", $"missing or incomplete chain {family} cni-bridge masq-");
            var status = Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""").Succeed();
            Assert.Contains($" of {family} cni-bridge is missing or incomplete", status.Stderr, StringComparison.Ordinal);
            Add(node, "second");
            Assert.Equal(before, Ruleset(node));
            Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
            Call(node, "DEL", "second").Succeed();
        }
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("delete table ip6 cni-bridge")]
    [InlineData("flush chain ip cni-bridge CHAIN")]
    [InlineData("flush set ip cni-bridge CHAIN-from")]
    [InlineData("delete element ip cni-bridge CHAIN-inside { 224.0.0.0/4 }")]
    [InlineData("add chain ip cni-bridge PREFIX0123abcd")]
    public void Repair_restores_only_missing_rules(string damage)
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        node.Run("nft", ["-f", "-"], Foreign).Succeeded();
        var added = Add(node, "pod");
        Add(node, "second", OtherNetwork);
        var whole = Ruleset(node);
        Assert.Equal("nothing was missing\n", Repair(node));
        var chain = Ours(node, "chain").Select(item => item.GetProperty("name").GetString()!)
            .First(name => node.Run("nft", "list", "chain", "ip", "cni-bridge", name).Stdout.Contains("podnet", StringComparison.Ordinal));
        node.Run("nft", damage.Replace("CHAIN", chain, StringComparison.Ordinal)
            .Replace("PREFIX", chain[..^8], StringComparison.Ordinal)).Succeeded();
        if (damage == "flush ruleset")
            node.Run("nft", ["-f", "-"], Foreign).Succeeded();

        Assert.Contains("masquerading of the network podnet", Repair(node), StringComparison.Ordinal);

        Assert.Equal(Sorted(whole), Sorted(Ruleset(node)));
        Assert.Equal("nothing was missing\n", Repair(node));
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
    }

    /// <summary>Returns the ruleset with new rules and chains in a stable order.</summary>
    static IEnumerable<string> Sorted(string ruleset) => ruleset.Split('\n').Order(StringComparer.Ordinal);

    static string Repair(ScratchNode node) =>
        node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded().Stdout;

    [Fact]
    public void Repair_keeps_former_ranges_and_the_comments_that_ADD_needs()
    {
        using var node = NewNode("old", "new", "next");
        var outside = new OutsideWorld(node);
        const string range = """{"ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.SECOND.0.0/24"}}""";
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        Add(node, "old", range.Replace("SECOND", "88", StringComparison.Ordinal));
        Add(node, "new", newRange);
        var before = Ruleset(node);

        node.Run("nft", "flush", "ruleset").Succeeded();
        Repair(node);
        Assert.Equal(before, Ruleset(node));
        var handles = Handles(node);
        Add(node, "next", newRange);
        Assert.Equal(handles, Handles(node));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("old", OutsideWorld.HostV4));
    }

    [Fact]
    public void An_ADD_without_ipMasq_removes_the_masquerade_for_good()
    {
        using var node = NewNode("pod", "second", "third");
        Add(node, "third", OtherNetwork);
        var other = Ruleset(node);
        Add(node, "pod");
        Call(node, "ADD", "second", "{}").Succeed();
        Assert.Equal(Sorted(other), Sorted(Ruleset(node)));
        Assert.Equal("nothing was missing\n", Repair(node));
    }

    [Theory]
    [InlineData("flush chain ip cni-bridge CHAIN")]
    [InlineData("insert rule ip cni-bridge CHAIN return; flush chain ip cni-bridge CHAIN; add rule ip cni-bridge CHAIN masquerade")]
    [InlineData("flush set ip cni-bridge CHAIN-from")]
    [InlineData("flush set ip cni-bridge CHAIN-inside")]
    [InlineData("delete element ip cni-bridge CHAIN-inside { 224.0.0.0/4 }")]
    public void CHECK_finds_any_damage(string damage)
    {
        using var node = NewNode("pod");
        var added = Add(node, "pod");
        var chain = Objects(node, "chain").Single(item => Family(item) == "ip").GetProperty("name").GetString();
        node.Run("nft", damage.Replace("CHAIN", chain, StringComparison.Ordinal)).Succeeded();
        Call(node, "CHECK", "pod").WithPrevious(added).Fail(999, "podnet", "ip cni-bridge");
    }

    [Fact]
    public void Changed_nonMasqueradeCIDRs_replace_the_rule()
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        var added = Add(node, "pod");
        var before = Ruleset(node);
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.FarV4));

        const string keys = """{"ipMasq": true, "nonMasqueradeCIDRs": ["198.51.100.0/24"]}""";
        Add(node, "second", keys);

        Assert.Equal(2, Objects(node, "rule").Count);
        Assert.Equal(4, Objects(node, "set").Count);
        // The kernel remembers the translation of a connection, and the same ping belongs to it.
        Assert.Equal("10.88.0.3", outside.SenderSeen("second", OutsideWorld.FarV4));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("second", OutsideWorld.HostV4));
        Call(node, "CHECK", "pod", keys).WithPrevious(added).Succeed();

        Call(node, "DEL", "second").Succeed();
        Add(node, "second");
        Assert.Equal(before, Ruleset(node));
    }

    [Fact]
    public void Pods_of_a_former_range_stay_masqueraded()
    {
        using var node = NewNode("old", "new");
        var outside = new OutsideWorld(node);
        const string range = """{"ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.SECOND.0.0/24"}}""";
        var oldRange = range.Replace("SECOND", "88", StringComparison.Ordinal);
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        var added = Add(node, "old", oldRange);
        Add(node, "new", newRange);

        Assert.Single(Objects(node, "rule"));
        Assert.Equal(2, Objects(node, "set").Count);
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("old", OutsideWorld.HostV4));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("new", OutsideWorld.HostV4));
        outside.Watch("old");
        Assert.Equal("10.89.0.2", outside.SenderSeen("new", "10.88.0.2", "old"));
        Call(node, "CHECK", "old", newRange).WithPrevious(added).Succeed();
        Assert.Contains("10.88.0.1-10.88.0.254", Ruleset(node), StringComparison.Ordinal);
        Assert.Contains("10.89.0.1-10.89.0.254", Ruleset(node), StringComparison.Ordinal);
    }

    // A LAN outside may have the range by then. Without a masquerade it has no route back.
    [Theory]
    [InlineData("DEL")]
    [InlineData("GC")]
    [InlineData("repair")]
    public void A_former_range_counts_as_outside_after_its_last_pod(string how)
    {
        using var node = NewNode("old", "new");
        var outside = new OutsideWorld(node);
        const string range = """
            {"cniVersion": "1.1.0", "ipMasq": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.SECOND.0.0/24"}], [{"subnet": "fd00:SECOND::/64"}]]}}
            """;
        var oldRange = range.Replace("SECOND", "88", StringComparison.Ordinal);
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        Add(node, "old", oldRange);
        Add(node, "new", newRange);
        Assert.Contains("10.88.0.1-10.88.0.254", Ruleset(node), StringComparison.Ordinal);
        Assert.Contains("fd00:88::1-", Ruleset(node), StringComparison.Ordinal);
        var handles = Handles(node);
        Call(node, "DEL", "unknown", newRange).Succeed();
        Assert.Equal(handles, Handles(node));

        switch (how)
        {
            case "DEL":
                Call(node, "DEL", "old", oldRange).Succeed();
                break;
            case "GC":
                const string valid = """{"cni.dev/valid-attachments": [{"containerID": "container-new", "ifname": "eth0"}]}""";
                RawCall.Of(node, "GC", Configurations.With(newRange, valid), "new").Succeed();
                break;
            default:
                node.Run("sh", "-ec", "rm /var/lib/cni/networks/podnet/*88*").Succeeded();
                Assert.Equal("nothing was missing\n", Repair(node));
                break;
        }

        Assert.DoesNotContain("88", Ruleset(node), StringComparison.Ordinal);
        node.Run("sh", "-ec", $"""
            ip address del 10.88.0.1/24 dev cni0
            ip address del fd00:88::1/64 dev cni0
            ip -n outside address add 10.88.0.77/32 dev lo
            ip -n outside address add fd00:88::77/128 dev lo
            ip route add 10.88.0.0/24 via {OutsideWorld.HostV4}
            ip route add fd00:88::/64 via {OutsideWorld.HostV6}
            """).Succeeded();
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("new", "10.88.0.77"));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("new", "fd00:88::77"));
        node.AssertPodReaches("new", "10.88.0.77");
        node.AssertPodReaches("new", "fd00:88::77");
    }

    [Fact]
    public void The_kernel_accepts_sets_of_overlapping_or_complete_ranges()
    {
        using var node = NewNode("pod", "second");
        const string ranges = """
            {
              "ranges": [[{"subnet": "10.88.0.0/24", "rangeEnd": "10.88.0.9"}, {"subnet": "10.88.0.0/24", "rangeStart": "10.88.0.10"}],
                         [{"subnet": "fd00:88::/64"}]]
            }
            """;
        RawCall.Of(node, "ADD", Configurations.WithIpam(ranges,
            """{"ipMasq": true, "nonMasqueradeCIDRs": ["0.0.0.0/0", "10.0.0.0/8", "::/0", "fd00::/8"]}""")).Succeed();
        Assert.Contains("10.88.0.1-10.88.0.254 ", Ruleset(node), StringComparison.Ordinal);
        var outside = new OutsideWorld(node);
        Assert.Equal("10.88.0.2", outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal("fd00:88::2", outside.SenderSeen("pod", OutsideWorld.HostV6));
        // The state of former ranges is read from the kernel.
        RawCall.Of(node, "ADD", Configurations.WithIpam(ranges, On), "second").Succeed();
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("second", OutsideWorld.HostV6));
    }

    [Fact]
    public void Networks_of_addresses_of_another_IPAM_plugin_are_masqueraded()
    {
        using var node = NewNode("pod", "second");
        var ipam = new ScriptedIpam(node);
        var outside = new OutsideWorld(node);
        var network = ScriptedIpam.Network(On);
        var added = RawCall.Of(node, "ADD", network).Succeed();
        ipam.Does("ADD", ScriptedIpam.Answer("""{"ips": [{"address": "10.77.0.9/24"}]}"""));
        RawCall.Of(node, "ADD", network, "second").Succeed();

        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("pod", OutsideWorld.HostV6));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("second", OutsideWorld.HostV4));
        Assert.Equal(2, Objects(node, "rule").Count);
        RawCall.Of(node, "CHECK", network).WithPrevious(added).Succeed();
    }

    [Fact]
    public void Two_networks_have_separate_rules_and_foreign_rules_stay()
    {
        using var node = NewNode("pod", "second", "third");
        node.Run("nft", ["-f", "-"], Foreign).Succeeded();
        var before = Ruleset(node);

        Add(node, "pod");
        Add(node, "second", OtherNetwork);

        var table = node.Run("nft", "list", "table", "ip", "cni-bridge").Succeeded().Stdout;
        Assert.Equal(["other", "podnet"], CommentPattern().Matches(table).Select(match => match.Groups[1].Value).Order());
        Assert.Equal(4, Ours(node, "rule").Count);
        Add(node, "third", """{"ipMasq": true, "nonMasqueradeCIDRs": ["10.0.0.0/8"]}""");
        Assert.Equal(4, Ours(node, "rule").Count);
        Call(node, "DEL", "pod").Succeed();
        Call(node, "DEL", "second", OtherNetwork).Succeed();
        node.Run("nft", "delete", "table", "ip", "cni-bridge").Succeeded();
        node.Run("nft", "delete", "table", "ip6", "cni-bridge").Succeeded();
        Assert.Equal(before, Ruleset(node));
    }

    [Fact]
    public void No_other_program_is_run()
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod");
        foreach (var verb in new[] { "ADD", "DEL" })
        {
            var call = Call(node, verb, "pod") with { Wrapper = ["strace", "-f", "-e", "trace=execve,execveat,fork,vfork"] };
            var calls = call.Succeed().Stderr.Split('\n').Where(line => line.Contains('(', StringComparison.Ordinal));
            Assert.StartsWith("execve(", Assert.Single(calls), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_nftables_STATUS_fails_and_ADD_leaves_nothing()
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod");
        Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""").Succeed();
        Assert.Equal("", Ruleset(node));
        // The first ADD of a node opens more sockets than the others.
        Add(node, "pod");
        Call(node, "DEL", "pod").Succeed();
        // The netfilter socket of the plugin is refused as by a kernel without netfilter.
        string[] without = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=socket:error=EPROTONOSUPPORT:when="];
        (Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""") with
        {
            Wrapper = [.. without[..^1], without[^1] + SocketNumber(node, "STATUS", """{"ipMasq": true, "cniVersion": "1.1.0"}""")],
        }).Fail(50);
        (Call(node, "ADD", "pod") with { Wrapper = [.. without[..^1], without[^1] + SocketNumber(node, "ADD", On)] }).Fail(5);
        node.AssertNoResidue("pod");
    }

    /// <summary>Returns the position of the netfilter socket among the sockets of its thread.</summary>
    static int SocketNumber(ScratchNode node, string verb, string keys)
    {
        var call = Call(node, verb, "pod", keys) with { Wrapper = ["strace", "-f", "-e", "trace=socket"] };
        var lines = call.Succeed().Stderr.Split('\n').Where(line => line.Contains("socket(", StringComparison.Ordinal)).ToList();
        if (verb == "ADD")
        {
            Call(node, "DEL", "pod", keys).Succeed();
        }
        var wanted = lines.Single(line => line.Contains("NETFILTER", StringComparison.Ordinal));
        var thread = ThreadPattern().Match(wanted).Value;
        return lines.Where(line => ThreadPattern().Match(line).Value == thread).ToList().IndexOf(wanted) + 1;
    }

    static string[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => $"p{number}")];

    static void AddAtOnce(ScratchNode node, int count, string keys)
    {
        node.WriteFile($"{Node.Directory}/network", Configurations.With(keys));
        var plugin = Path.Combine(PluginDirectory.UnderTest, "bridge");
        node.Run("sh", "-ec", $$"""
            cd {{Node.Directory}}
            export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            for verb in ADD DEL; do
              export CNI_COMMAND=$verb
              for i in $(seq {{count}}); do
                (CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(plugin)}} < network > out.$i 2>&1 || echo $i: $(cat out.$i) >> failed) &
              done
              wait
            done
            ! cat failed 2>/dev/null || exit 1
            """).Succeeded();
    }

    static string Host(string subnet) => PodNetwork.IsIpv6(subnet) ? OutsideWorld.HostV6 : OutsideWorld.HostV4;

    static string NodeAddress(string subnet) => PodNetwork.IsIpv6(subnet) ? OutsideWorld.NodeV6 : OutsideWorld.NodeV4;

    /// <summary>Returns all tables as text without counters, ordered by family, because new tables come last.</summary>
    static string Ruleset(ScratchNode node) => string.Concat(new[] { "inet", "ip", "ip6" }
        .Select(family => node.Run("nft", "--stateless", "list", "ruleset", family).Succeeded().Stdout));

    /// <summary>Returns the kind and handle of every object. The kernel gives new objects new handles.</summary>
    static string Handles(ScratchNode node) => node.Run("nft", "--stateless", "--handle", "list", "ruleset").Succeeded().Stdout;

    static List<JsonElement> Objects(ScratchNode node, string kind) =>
        [.. node.Run("nft", "-j", "list", "ruleset").Succeeded().Json.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind))];

    static List<JsonElement> Ours(ScratchNode node, string kind) => Objects(node, kind).FindAll(
        item => item.GetProperty("table").GetString() == "cni-bridge" && Family(item) != "inet");

    static string Family(JsonElement item) => item.GetProperty("family").GetString()!;

    static CommandResult Add(ScratchNode node, string pod, string keys = On) => Call(node, "ADD", pod, On, keys).Succeed();

    static RawCall Call(ScratchNode node, string verb, string pod, string keys = On, string otherKeys = "{}") =>
        RawCall.Of(node, verb, Configurations.With(keys, otherKeys), pod);

    static ScratchNode NewNode(params string[] pods)
    {
        Requirement.Node("nft");
        Requirement.Ipv6();
        var node = new ScratchNode();
        foreach (var pod in pods)
        {
            node.AddPod(pod);
        }
        return node;
    }

    [GeneratedRegex("comment \"(.*)\"")]
    private static partial Regex CommentPattern();

    [GeneratedRegex(@"^\[pid +\d+\]")]
    private static partial Regex ThreadPattern();
}

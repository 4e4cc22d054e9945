using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Firewall.MasqueradeNode;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of ipMasq and its keys: the visible source addresses, and the rules that nft lists.</summary>
[RunsFirst]
public sealed class MasqueradeTests
{
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
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>
/// Tests of our DEL for pods that the Go plugin attached with ipMasq: it removes all rules of Go for the pod and no others.
/// </summary>
public sealed class GoMasqueradeTests
{
    const string OnlyV4 = """{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}""";
    const string OnlyV6 = """{"ipam": {"type": "host-local", "subnet": "fd00:88::/64"}}""";

    [Theory]
    [InlineData("{}")]
    [InlineData(OnlyV4)]
    [InlineData(OnlyV6)]
    public void Our_DEL_leaves_the_same_state_as_that_of_the_Go_plugin(string keys)
    {
        using var node = GoFirewallNode.Make();
        var pod = node.Go("pod", keys);
        pod.Del(pod.Added()).Succeeded();
        var left = node.Ruleset();
        Assert.DoesNotContain("CNI-", left, StringComparison.Ordinal);

        var result = pod.Added();
        Assert.Contains(Chain("podnet", "container-pod"), node.Ruleset(), StringComparison.Ordinal);
        pod.Ours().Del(result).Succeeded();

        Assert.Equal(left, node.Ruleset());
        Assert.Empty(pod.Ours().Del(result).Succeeded().Stderr);
        Assert.Equal(left, node.Ruleset());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("ip netns delete pod", true)]
    [InlineData("ip -n pod link delete eth0", true)]
    [InlineData("", false)]
    [InlineData("ip netns delete pod", false)]
    public void DEL_in_any_state_of_the_pod_keeps_the_rules_of_another_pod(string damage, bool hasPrevious)
    {
        using var node = GoFirewallNode.Make();
        node.Go("other").Added();
        var before = node.Ruleset();
        var pod = node.Go("pod");
        var result = pod.Added();
        node.Run("sh", "-c", damage).Succeeded();

        pod.Ours().Del(hasPrevious ? result : null).Succeeded();

        Assert.Equal(before, node.Ruleset());
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("""{"cniVersion": "1.0.0", "ips": [{"address": "10.88"}]}""")]
    [InlineData("""{"cniVersion": "1.0.0", "ips": []}""")]
    public void DEL_with_a_damaged_previous_result_removes_the_rules_of_the_Go_plugin(string previous)
    {
        using var node = GoFirewallNode.Make();
        node.Go("other").Added();
        var before = node.Ruleset();
        var pod = node.Go("pod");
        pod.Added();

        using var document = JsonDocument.Parse(previous);
        pod.Ours().Del(document.RootElement).Succeeded();

        Assert.Equal(before, node.Ruleset());
    }

    // Both interfaces share a chain, because its name does not contain the interface.
    [Fact]
    public void Another_interface_of_the_container_stays_masqueraded()
    {
        using var node = GoFirewallNode.Make();
        var first = node.Go("pod");
        first.Del(first.Added()).Succeeded();
        var nothing = node.Ruleset();
        var firstResult = first.Added();
        var only = node.Ruleset();
        var second = first with
        {
            InterfaceName = "net1",
            Configuration = Configurations.With("""{"ipMasq": true, "isDefaultGateway": false}"""),
        };
        var secondResult = second.Added();

        second.Ours().Del(secondResult).Succeeded();

        Assert.Equal(Jumps(only), Jumps(node.Ruleset()));
        second.Ours().Del(secondResult).Succeeded();
        Assert.Equal(Jumps(only), Jumps(node.Ruleset()));
        first.Ours().Del(firstResult).Succeeded();
        Assert.Equal(nothing, node.Ruleset());
    }

    static IEnumerable<string> Jumps(string ruleset) =>
        ruleset.Split('\n').Where(line => line.Contains("jump CNI-", StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("ip netns delete pod")]
    public void nftables_rules_of_the_Go_plugin_are_found_by_their_comment(string damage)
    {
        using var node = GoFirewallNode.Make();
        var pod = node.Go("pod", """{"ipMasq": false}""");
        var result = pod.Added();
        var longId = new string('x', 90);
        AddByNft(node, [("podnet", "eth0", "container-other", "10.88.0.9"), ("other", "eth0", "container-pod", "10.89.0.2")]);
        var before = node.Ruleset();
        AddByNft(node, [("podnet", "eth0", "container-pod", "10.88.0.2"), ("podnet", "eth0", longId, "10.88.0.7")]);
        node.Run("sh", "-c", damage).Succeeded();

        pod.Ours().Del(result).Succeeded();
        (pod.Ours() with { ContainerId = longId, NetworkNamespace = "" }).Del().Succeeded();

        Assert.Equal(before, node.Ruleset());
    }

    [Fact]
    public void GC_removes_rules_of_the_network_whose_attachments_are_gone()
    {
        using var node = GoFirewallNode.Make();
        node.Go("living").Added();
        node.Go("elsewhere", """{"name": "other", "bridge": "cni1", "ipam": {"type": "host-local", "subnet": "10.89.0.0/24"}}""").Added();
        AddByNft(node, [("podnet", "eth0", "container-living", "10.88.0.2"), ("other", "eth0", "container-dead", "10.89.0.2")]);
        node.Run("nft", "add", "chain", "ip", "nat", "CNI-000000000000000000000000").Succeeded();
        node.Run("iptables-nft", "-t", "nat", "-N", "zone:wan").Succeeded();
        // One rule has a comment with another container than its name, and one has no comment.
        foreach (var (container, comment) in new[] { ("liar", "name: \"podnet\" id: \"other\""), ("silent", "") })
        {
            node.Run("iptables-nft", "-t", "nat", "-N", Chain("podnet", container)).Succeeded();
            node.Run("iptables-nft", ["-t", "nat", "-A", Chain("podnet", container), "-j", "ACCEPT", .. CommentOf(comment)]).Succeeded();
        }
        var before = node.Ruleset();
        node.Go("dead").Added();
        AddByNft(node, [("podnet", "eth0", "container-dead", "10.88.0.3"), ("podnet", "net1", "container-living", "10.88.0.4")]);
        node.Run("ip", "netns", "delete", "dead").Succeeded();

        RawCall.Of(node, "GC", Configurations.With("""
            {"cniVersion": "1.1.0", "cni.dev/valid-attachments": [{"containerID": "container-living", "ifname": "eth0"}]}
            """)).Succeed();

        Assert.Equal(before, node.Ruleset());
    }

    [Fact]
    public void A_rule_that_cannot_be_deleted_is_logged_and_the_rest_is_removed()
    {
        using var node = GoFirewallNode.Make();
        var pod = node.Go("pod");
        var result = pod.Added();
        node.Run("iptables-nft", "-t", "nat", "-N", "MINE").Succeeded();
        node.Run("iptables-nft", "-t", "nat", "-A", "MINE", "-j", Chain("podnet", "container-pod")).Succeeded();

        var deleted = pod.Ours().Del(result).Succeeded();

        Assert.Contains("rules of the Go plugins", deleted.Stderr, StringComparison.Ordinal);
        Assert.Contains("device or resource busy", deleted.Stderr, StringComparison.OrdinalIgnoreCase);
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Fact]
    public void DEL_of_our_own_attachments_does_not_read_nftables()
    {
        using var node = GoFirewallNode.Make("strace");
        node.AddPod("pod");
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        string Sockets() => (RawCall.Of(node, "DEL", Configurations.Plain) with { Wrapper = ["strace", "-f", "-e", "trace=socket"] })
            .Succeed().Stderr;
        Assert.DoesNotContain("NETFILTER", Sockets(), StringComparison.Ordinal);
        Assert.Contains("NETFILTER", Sockets(), StringComparison.Ordinal);
        Assert.Equal("", node.Ruleset());
    }

    static string[] CommentOf(string text) => text.Length > 0 ? ["-m", "comment", "--comment", text] : [];

    static string Chain(string network, string container) => "CNI-" + Hash(network + container)[..24];

    static string Hash(string text) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Adds the rules that newer versions of the Go plugin pass to nft. Debian's version is older.</summary>
    static void AddByNft(Node node, IEnumerable<(string Network, string Interface, string Container, string Address)> attachments)
    {
        var rules = attachments.Select(item =>
        {
            var comment = $"{Hash(item.Network)[..16]}-{Hash($"{item.Interface}:{item.Container}")[..16]}, " +
                $"net: {item.Network}, if: {item.Interface}, id: {item.Container}";
            return $"add rule inet cni_plugins_masquerade masq_checks ip saddr {item.Address} ip daddr != 10.88.0.0/24 masquerade " +
                $"comment \"{comment[..Math.Min(128, comment.Length)]}\"\n";
        });
        var isFirst = !node.Ruleset().Contains("cni_plugins_masquerade", StringComparison.Ordinal);
        node.Run("nft", ["-f", "-"], (isFirst ? NftTable : "") + string.Concat(rules)).Succeeded();
    }

    const string NftTable = """
        add table inet cni_plugins_masquerade { comment "Masquerading for plugins from github.com/containernetworking/plugins"; }
        add chain inet cni_plugins_masquerade masq_checks
        add chain inet cni_plugins_masquerade postrouting { type nat hook postrouting priority 100; }
        add rule inet cni_plugins_masquerade postrouting ip daddr 224.0.0.0/4 return
        add rule inet cni_plugins_masquerade postrouting ip6 daddr ff00::/8 return
        add rule inet cni_plugins_masquerade postrouting goto masq_checks

        """;
}

using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of CHECK: it succeeds after ADD, changes nothing, and reports later changes.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    [InlineData("1.1.0")]
    public void CHECK_passes_after_ADD_and_changes_nothing(string version)
    {
        using var node = NewNode();
        var configuration = Configurations.With($$"""{"cniVersion": "{{version}}"}""");
        var added = RawCall.Of(node, "ADD", configuration).Succeed();
        var before = node.SettledSnapshot();

        Assert.Empty(RawCall.Of(node, "CHECK", configuration).WithPrevious(added).Succeed().Stdout);

        Assert.Equal(before, node.Snapshot());
    }

    [Theory]
    [InlineData("ip -n pod address delete 10.88.0.2/24 dev eth0", "10.88.0.2/24")]
    [InlineData("ip -n pod address delete fd00:88::2/64 dev eth0", "fd00:88::2/64")]
    [InlineData(
        "ip -n pod address delete 10.88.0.2/24 dev eth0; ip -n pod address add 10.88.0.2/16 dev eth0", "10.88.0.2/24")]
    [InlineData("ip -n pod route delete default", "0.0.0.0/0")]
    [InlineData("ip -n pod -6 route delete default", "::/0")]
    [InlineData("ip -n pod route replace default via 10.88.0.9", "0.0.0.0/0")]
    [InlineData("ip -n pod route delete 10.88.0.0/24", "10.88.0.2/24")]
    [InlineData(
        "ip -n pod address delete fd00:88::2/64 dev eth0; ip -n pod address add fd00:88::2/48 dev eth0 nodad",
        "fd00:88::2/64")]
    [InlineData("ip -n pod -6 route replace default via fd00:88::9", "::/0")]
    [InlineData("ip -n pod -6 route delete fd00:88::/64", "fd00:88::2/64")]
    [InlineData("ip netns exec pod sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6'", "fd00:88::2/64")]
    [InlineData("ip -n pod link set eth0 down", "0.0.0.0/0|10.88.0.2/24|eth0")]
    [InlineData("ip -n pod link set eth0 address 02:00:00:00:00:99", "eth0 Mac")]
    [InlineData("ip -n pod link set eth0 name eth1", "eth0 not found")]
    [InlineData("ip -n pod link delete eth0", "eth0 not found")]
    [InlineData("ip -n pod link delete eth0; ip -n pod link add eth0 type bridge", "not of type veth")]
    [InlineData("ip link set $HOST_END nomaster", "was not found")]
    [InlineData("ip link add other0 type bridge; ip link set $HOST_END master other0", "was not found")]
    [InlineData("ip link set $HOST_END address 02:00:00:00:00:99", "Mac")]
    [InlineData("ip link set $HOST_END down; ip link set $HOST_END name other0", "not found")]
    [InlineData("ip link set cni0 address 02:00:00:00:00:99", "cni0 Mac")]
    [InlineData("ip link set cni0 promisc on", "Promisc")]
    [InlineData("ip link delete cni0", "cni0 not found")]
    [InlineData("rm /var/lib/cni/networks/podnet/10.88.0.2 /var/lib/cni/networks/podnet/fd00*", "container-pod")]
    [InlineData("rm -r /var/lib/cni/networks", "container-pod")]
    [InlineData("ip netns delete pod", "/run/netns/pod")]
    public void CHECK_names_the_changed_setting(string change, string words)
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var hostEnd = Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.Run("sh", "-c", change.Replace("$HOST_END", hostEnd, StringComparison.Ordinal)).Succeeded();

        var isEnvironment = change == "ip netns delete pod";
        var error = Check(node).WithPrevious(added).Fail(isEnvironment ? 4 : 999);

        Assert.Contains(words.Split('|'), word => error.Contains(word, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"hairpinMode": true}""", "bridge link set dev $HOST_END hairpin off", "hairpin")]
    [InlineData("""{"hairpinMode": false}""", "bridge link set dev $HOST_END hairpin on", "hairpin")]
    [InlineData("""{"portIsolation": true}""", "bridge link set dev $HOST_END isolated off", "isolat")]
    [InlineData("""{"mtu": 1400}""", "ip link set $HOST_END mtu 1300", "mtu")]
    [InlineData("""{"mtu": 1400}""", "ip link set $HOST_END mtu 1500", "mtu")]
    [InlineData("""{"mtu": 1400}""", "ip -n pod link set eth0 mtu 1500", "mtu")]
    [InlineData("{}", "ip address delete 10.88.0.1/24 dev cni0", "10.88.0.1")]
    [InlineData("{}", "ip address delete fd00:88::1/64 dev cni0", "fd00:88::1")]
    [InlineData("""{"isDefaultGateway": false}""", "ip address delete 10.88.0.1/24 dev cni0", "10.88.0.1")]
    [InlineData("{}", "echo 0 > /proc/sys/net/ipv4/ip_forward", "ip_forward")]
    [InlineData("{}", "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding", "forwarding")]
    [InlineData("""{"isDefaultGateway": false}""", "echo 0 > /proc/sys/net/ipv4/ip_forward", "ip_forward")]
    [InlineData("{}", "ip link set cni0 down", "cni0")]
    [InlineData("""{"ipam": {}}""", "ip link set cni0 down", "cni0")]
    [InlineData("{}", "ip link set $HOST_END down", "$HOST_END")]
    [InlineData("""{"ipam": {}}""", "ip link set $HOST_END down", "$HOST_END")]
    [InlineData("""{"ipam": {}}""", "ip -n pod link set eth0 down", "eth0")]
    public void CHECK_names_a_configured_setting_that_was_changed(string keys, string change, string word)
    {
        using var node = NewNode();
        Requirement.Programs("bridge");
        var added = RawCall.Of(node, "ADD", Configurations.With(keys)).Succeed();
        Check(node, keys).WithPrevious(added).Succeed();
        var hostEnd = Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.Run("sh", "-c", change.Replace("$HOST_END", hostEnd, StringComparison.Ordinal)).Succeeded();

        var error = Check(node, keys).WithPrevious(added).Fail(999);

        Assert.Contains(
            word.Replace("$HOST_END", hostEnd, StringComparison.Ordinal), error, StringComparison.OrdinalIgnoreCase);
    }

    // Plugins behind this one in the chain may give the pod a smaller MTU. The other settings were not configured.
    [Theory]
    [InlineData("""{"mtu": 1400}""", "ip -n pod link set eth0 mtu 1300")]
    [InlineData("""{"mtu": "auto"}""", "ip -n pod link set eth0 mtu 1300")]
    [InlineData("{}", "ip -n pod link set eth0 mtu 1300")]
    [InlineData("{}", "ip address add 192.168.50.1/24 dev cni0")]
    [InlineData("{}", "ip -n pod address add 192.168.50.2/24 dev eth0")]
    [InlineData(
        """{"isGateway": false, "isDefaultGateway": false}""", "echo 0 > /proc/sys/net/ipv4/ip_forward")]
    [InlineData(
        """{"isGateway": false, "isDefaultGateway": false}""", "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding")]
    [InlineData("""{"isGateway": false, "isDefaultGateway": false}""", "ip address flush dev cni0")]
    [InlineData(
        """{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}""",
        "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding")]
    [InlineData(
        """{"ipam": {"type": "host-local", "subnet": "fd00:88::/64"}}""", "echo 0 > /proc/sys/net/ipv4/ip_forward")]
    public void CHECK_ignores_changes_of_settings_that_are_not_configured(string keys, string change)
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.With(keys)).Succeed();
        node.Run("sh", "-c", change).Succeeded();

        Check(node, keys).WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("interfaces", "cni0 is missing in prevResult")]
    [InlineData("", "Required prevResult missing")]
    public void An_incomplete_previous_result_is_reported(string key, string words)
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        if (key.Length == 0)
        {
            Check(node).Fail(999, words);
            return;
        }

        var result = JsonNode.Parse(added.Stdout)!.AsObject();
        result.Remove(key);
        Check(node).WithPrevious(added with { Stdout = result.ToJsonString() }).Fail(999, words);
    }

    [Theory]
    [InlineData("\"text\"", 6)]
    [InlineData("[]", 6)]
    [InlineData("""{"cniVersion": "1.0.0", "ips": [{"address": "x"}]}""", 7)]
    [InlineData("""{"cniVersion": "1.0.0", "ips": [null]}""", 7)]
    [InlineData("""{"cniVersion": "1.0.0", "interfaces": {}}""", 6)]
    public void An_invalid_previous_result_is_refused(string result, int code)
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();

        Check(node).WithInput(Configurations.With($$"""{"prevResult": {{result}}}""")).Fail(code, "prevResult");
    }

    [Fact]
    public void CHECK_accepts_other_namespace_paths_and_spellings_of_MACs()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var result = JsonNode.Parse(added.Stdout)!.AsObject();
        foreach (var item in result["interfaces"]!.AsArray())
        {
            item!["mac"] = item["mac"]!.GetValue<string>().ToUpperInvariant();
        }

        Check(node).WithPrevious(added with { Stdout = result.ToJsonString() })
            .With("CNI_NETNS", "/run/netns/../netns/pod").Succeed();
    }

    [Fact]
    public void CHECK_refuses_the_namespace_of_another_pod()
    {
        using var node = NewNode();
        node.AddPod("other");
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        RawCall.Of(node, "ADD", Configurations.Plain, "other").Succeed();

        Check(node).WithPrevious(added).With("CNI_NETNS", "/run/netns/other").Fail(999, "/run/netns/other");
        RawCall.Of(node, "CHECK", Configurations.Plain, "other").WithPrevious(added).Fail(999);
    }

    static RawCall Check(ScratchNode node, string keys = "{}") =>
        RawCall.Of(node, "CHECK", Configurations.With(keys));

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of IPv6 ranges with disabled IPv6: the error names the setting, and ADD leaves nothing. Networks without IPv6 work.
/// </summary>
public sealed class SwitchedOffIpv6Tests
{
    const string Ipv4Only = """{"subnet": "10.88.0.0/24"}""";

    const string Ipv6Only = """{"subnet": "fd00:88::/64"}""";

    const string DualStack = """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}""";

    const string OfNode = """
        echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
        echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
        """;

    const string OfBridge = """
        ip link add cni0 up type bridge
        echo 1 > /proc/sys/net/ipv6/conf/cni0/disable_ipv6
        """;

    // The settings of another namespace are other directories, so each needs its own mount that hides it.
    const string OfKernel = """
        mount -t tmpfs tmpfs /proc/sys/net/ipv6
        nsenter --net=/run/netns/pod mount -t tmpfs tmpfs /proc/sys/net/ipv6
        """;

    [Theory]
    [InlineData(OfNode, DualStack)]
    [InlineData(OfNode, Ipv6Only)]
    [InlineData(OfBridge, DualStack)]
    [InlineData(OfBridge, Ipv6Only)]
    public void A_gateway_on_a_bridge_without_IPv6_is_refused_with_the_setting(string setup, string ipam)
    {
        using var node = NewNode();
        node.Run("sh", "-ec", setup).Succeeded();

        AssertRefused(Call(node, ipam), "net.ipv6.conf.cni0.disable_ipv6");

        node.AssertNoResidue("pod");
        Assert.Equal("0", Setting(node, "all/forwarding"));
    }

    [Theory]
    [InlineData(OfNode)]
    [InlineData(OfBridge)]
    public void ADD_works_after_IPv6_is_enabled(string setup)
    {
        using var node = NewNode();
        node.Run("sh", "-ec", setup).Succeeded();
        Assert.Equal(1, Call(node, DualStack).Run().ExitCode);

        node.Run("sh", "-ec", "for i in all default; do echo 0 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done").Succeeded();

        Call(node, DualStack).Succeed();
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    [Theory]
    [InlineData(OfNode)]
    [InlineData(OfBridge)]
    public void Pods_reach_each_other_by_IPv6_over_a_bridge_that_needs_no_address(string setup)
    {
        using var node = NewNode();
        node.AddPod("other");
        node.Run("sh", "-ec", setup).Succeeded();

        Call(node, DualStack, """{"isGateway": false, "isDefaultGateway": false}""").Succeed();
        Call(node, DualStack, """{"isGateway": false, "isDefaultGateway": false}""", "other").Succeed();

        node.AssertPodReaches("pod", "10.88.0.3");
        node.AssertPodReaches("pod", "fd00:88::3");
    }

    [Theory]
    [InlineData(OfNode)]
    [InlineData(OfBridge)]
    [InlineData(OfKernel)]
    public void ADD_of_an_IPv4_network_works_without_IPv6(string setup)
    {
        using var node = NewNode();
        node.Run("sh", "-ec", setup).Succeeded();

        var added = Call(node, Ipv4Only).Succeed();

        node.AssertPodReaches("pod", "10.88.0.1");
        RawCall.Of(node, "CHECK", Configuration(Ipv4Only)).WithPrevious(added).Succeed();
        RawCall.Of(node, "STATUS", Configuration(Ipv4Only)).Succeed();
        RawCall.Of(node, "DEL", Configuration(Ipv4Only)).Succeed();
        node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData("all", DualStack)]
    [InlineData("all", Ipv6Only)]
    [InlineData("default", Ipv6Only)]
    [InlineData("lo", Ipv6Only)]
    [InlineData("all default lo", Ipv6Only)]
    public void A_pod_without_IPv6_gets_IPv6_with_its_address(string names, string ipam)
    {
        using var node = NewNode();
        node.InPod("pod", "sh", "-ec", $"for i in {names}; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done").Succeeded();

        var added = Call(node, ipam).Succeed();

        node.AssertPodReaches("pod", "fd00:88::1");
        RawCall.Of(node, "CHECK", Configuration(ipam)).WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData(DualStack, "{}")]
    [InlineData(Ipv6Only, """{"isGateway": false, "isDefaultGateway": false}""")]
    public void A_pod_with_read_only_settings_is_refused_with_the_setting(string ipam, string keys)
    {
        using var node = NewNode();
        // A new interface has the default settings of its namespace.
        node.InPod("pod", "sh", "-ec", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6").Succeeded();
        MakeSettingsReadOnly(node);

        AssertRefused(Call(node, ipam, keys), "net.ipv6.conf.eth0.disable_ipv6", "could not", "read-only file system");

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Correct_read_only_settings_are_accepted()
    {
        using var node = NewNode();
        MakeSettingsReadOnly(node);

        var added = Call(node, DualStack).Succeed();

        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        RawCall.Of(node, "CHECK", Configuration(DualStack)).WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData(DualStack, "{}")]
    [InlineData(Ipv6Only, "{}")]
    [InlineData(Ipv6Only, """{"isGateway": false, "isDefaultGateway": false}""")]
    public void The_error_names_a_kernel_without_IPv6(string ipam, string keys)
    {
        using var node = NewNode();
        node.Run("sh", "-ec", OfKernel).Succeeded();

        var error = AssertRefused(Call(node, ipam, keys));

        Assert.Matches(@"net\.ipv6\.conf\.[a-z0-9]+\.disable_ipv6|no IPv6|without IPv6", error);
        node.AssertNoResidue("pod");
        RawCall.Of(node, "DEL", Configuration(ipam)).Succeed();
    }

    [Theory]
    [InlineData(OfBridge, DualStack, "net.ipv6.conf.cni0.disable_ipv6")]
    [InlineData(OfBridge, Ipv6Only, "net.ipv6.conf.cni0.disable_ipv6")]
    [InlineData(OfNode + "\nip link add cni0 up type bridge", DualStack, "net.ipv6.conf.cni0.disable_ipv6")]
    [InlineData(OfKernel, DualStack, "IPv6")]
    [InlineData(OfKernel, Ipv6Only, "IPv6")]
    public void STATUS_fails_if_no_ADD_can_work(string setup, string ipam, string words)
    {
        using var node = NewNode();
        node.Run("sh", "-ec", setup).Succeeded();

        RawCall.Of(node, "STATUS", Configuration(ipam)).Fail(50, words);
    }

    [Fact]
    public void An_MTU_below_the_minimum_of_IPv6_fails_the_ADD_without_a_trace()
    {
        using var node = NewNode();

        // The kernel disables IPv6 on a link with an MTU below 1280 and removes its settings.
        AssertRefused(Call(node, DualStack, """{"mtu": 1279}"""));
        node.AssertNoResidue("pod");

        Call(node, DualStack, """{"mtu": 1280}""").Succeed();
        node.AssertPodReaches("pod", "fd00:88::1");
    }

    /// <summary>Asserts one error object with any code.</summary>
    static string AssertRefused(RawCall call, params string[] words)
    {
        var result = call.Run();
        Assert.True(result.ExitCode == 1, $"expected exit code 1: {result}");
        var error = JsonNode.Parse(result.Stdout)!.AsObject();
        var text = $"{error["msg"]} {error["details"]}";
        Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        return text;
    }

    /// <summary>Makes the settings read-only, as in an unprivileged container. The node forwards already.</summary>
    static void MakeSettingsReadOnly(ScratchNode node) => node.Run("sh", "-ec", """
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
        mount --bind /proc/sys /proc/sys
        mount -o remount,ro,bind /proc/sys
        """).Succeeded();

    static string Setting(ScratchNode node, string name) =>
        node.Run("cat", $"/proc/sys/net/ipv6/conf/{name}").Succeeded().Stdout.Trim();

    static string Configuration(string ipam, string keys = "{}")
    {
        var merged = JsonNode.Parse(keys)!.AsObject();
        merged["cniVersion"] = "1.1.0";
        return Configurations.WithIpam(ipam, merged.ToJsonString());
    }

    static RawCall Call(ScratchNode node, string ipam, string keys = "{}", string pod = "pod") =>
        RawCall.Of(node, "ADD", Configuration(ipam, keys), pod);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

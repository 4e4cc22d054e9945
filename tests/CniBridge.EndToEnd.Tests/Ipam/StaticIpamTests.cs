using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of Debian's plugin "static" as IPAM plugin of our bridge.</summary>
public sealed class StaticIpamTests
{
    const string TwoFamilies = """
        {
          "type": "static",
          "addresses": [{"address": "10.88.0.5/24", "gateway": "10.88.0.254"}, {"address": "fd00:88::5/64", "gateway": "fd00:88::ff"}],
          "routes": [{"dst": "10.1.0.0/16"}, {"dst": "10.2.0.0/16", "gw": "10.88.0.9"}, {"dst": "fd01::/64"}],
          "dns": {"nameservers": ["192.0.2.1", "fd00::1"], "domain": "a.example", "search": ["a", "b"], "options": ["ndots:5"]}
        }
        """;

    [Fact]
    public void Addresses_routes_and_DNS_of_both_families_are_as_configured()
    {
        using var node = NewNode();

        var added = Call(node, "ADD", TwoFamilies).Succeed();

        Assert.Equal(["10.88.0.5/24", "fd00:88::5/64"], PodAddresses(node));
        Assert.Equal(["10.88.0.254/24", "fd00:88::ff/64"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        Assert.Equal("10.88.0.254", Gateway(node, "-4", "default"));
        Assert.Equal("10.88.0.254", Gateway(node, "-4", "10.1.0.0/16"));
        Assert.Equal("10.88.0.9", Gateway(node, "-4", "10.2.0.0/16"));
        Assert.Equal("fd00:88::ff", Gateway(node, "-6", "default"));
        Assert.Equal("fd00:88::ff", Gateway(node, "-6", "fd01::/64"));
        node.AssertPodReaches("pod", "10.88.0.254");
        node.AssertPodReaches("pod", "fd00:88::ff");
        Assert.Equal(
            """{"domain":"a.example","nameservers":["192.0.2.1","fd00::1"],"options":["ndots:5"],"search":["a","b"]}""",
            JsonSerializer.Serialize(added.Json.GetProperty("dns")));
        Call(node, "CHECK", TwoFamilies).WithPrevious(added).Succeed();
        Call(node, "DEL", TwoFamilies).WithPrevious(added).Succeed();
        Call(node, "DEL", TwoFamilies).With("CNI_NETNS", null).Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void A_missing_gateway_is_the_first_address()
    {
        using var node = NewNode();

        Call(node, "ADD", """{"type": "static", "addresses": [{"address": "10.88.0.5/24"}, {"address": "fd00:88::5/64"}]}""").Succeed();

        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        Assert.Equal("10.88.0.1", Gateway(node, "-4", "default"));
        Assert.Equal("fd00:88::1", Gateway(node, "-6", "default"));
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Theory]
    [InlineData("{}", "IP=10.88.0.9/24;GATEWAY=10.88.0.7", "10.88.0.9/24", "10.88.0.7")]
    [InlineData("{}", "GATEWAY=10.88.0.7;IP=10.88.0.9/24;K8S_POD_NAME=pod;IgnoreUnknown=1", "10.88.0.9/24", "10.88.0.7")]
    [InlineData(
        "{}", "IP=10.88.0.9/24,fd00:88::9/64;GATEWAY=10.88.0.7,fd00:88::7", "10.88.0.9/24 fd00:88::9/64", "10.88.0.7 fd00:88::7")]
    [InlineData("""{"args": {"cni": {"ips": ["10.88.0.8/24"]}}}""", "", "10.88.0.8/24", "10.88.0.1")]
    [InlineData(
        """{"runtimeConfig": {"ips": ["10.88.0.7/24", "fd00:88::7/64"]}}""", "", "10.88.0.7/24 fd00:88::7/64", "10.88.0.1 fd00:88::1")]
    [InlineData(
        """{"args": {"cni": {"ips": ["10.88.0.8/24"]}}, "runtimeConfig": {"ips": ["10.88.0.6/24"]}}""", "", "10.88.0.6/24", "10.88.0.1")]
    public void Addresses_can_be_requested_in_three_ways(string keys, string arguments, string addresses, string gateways)
    {
        using var node = NewNode();
        var call = Call(node, "ADD", """{"type": "static"}""", keys).With("CNI_ARGS", arguments);

        var added = call.Succeed();

        Assert.Equal(addresses.Split(' '), PodAddresses(node));
        Assert.Equal(gateways.Split(' '), added.Json.GetProperty("ips").EnumerateArray()
            .Select(ip => ip.GetProperty("gateway").GetString()));
        call.With("CNI_COMMAND", "CHECK").WithPrevious(added).Succeed();
        call.With("CNI_COMMAND", "DEL").Succeed();
        node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData("0.1.0", "cniVersion ip4 ip6 dns")]
    [InlineData("0.2.0", "cniVersion ip4 ip6 dns")]
    [InlineData("0.3.0", "cniVersion interfaces ips routes dns")]
    [InlineData("0.3.1", "cniVersion interfaces ips routes dns")]
    [InlineData("0.4.0", "cniVersion interfaces ips routes dns")]
    [InlineData("1.0.0", "cniVersion dns interfaces ips routes")]
    public void Results_have_the_format_of_their_version(string version, string keys)
    {
        using var node = NewNode();

        var result = Call(node, "ADD", TwoFamilies, $$"""{"cniVersion": "{{version}}"}""").Succeed().Json;

        Assert.Equal(keys, string.Join(' ', result.EnumerateObject().Select(item => item.Name)));
        Assert.Equal(version, result.GetProperty("cniVersion").GetString());
    }

    [Fact]
    public void Pods_of_static_and_host_local_reach_each_other()
    {
        using var node = NewNode();
        node.AddPod("other");
        node.AddPod("third");
        const string static0 = """{"type": "static"}""";
        Call(node, "ADD", static0).With("CNI_ARGS", "IP=10.88.0.201/24;GATEWAY=10.88.0.1").Succeed();
        Call(node, "ADD", static0, "{}", "other").With("CNI_ARGS", "IP=10.88.0.202/24;GATEWAY=10.88.0.1").Succeed();
        RawCall.Of(node, "ADD", Configurations.Plain, "third").Succeed();

        node.AssertPodReaches("pod", "10.88.0.202");
        node.AssertPodReaches("other", "10.88.0.2");
        node.AssertPodReaches("third", "10.88.0.201");
        Call(node, "DEL", static0, "{}", "other").Succeed();
        node.AssertPodReaches("pod", "10.88.0.2");
    }

    [Theory]
    [InlineData("""{"type": "static"}""", "{}", "IPAM plugin returned missing IP config")]
    [InlineData("""{"type": "static", "addresses": [{"address": "10.88.0.5"}]}""", "{}", "10.88.0.5")]
    [InlineData("""{"type": "static", "addresses": [{"address": "10.88.0.5/24"}]}""", """{"cniVersion": "1.1.0"}""",
        "incompatible CNI versions config is \"1.1.0\", plugin supports [\"0.1.0\"")]
    public void Errors_of_the_static_plugin_are_reported_and_ADD_leaves_nothing(string ipam, string keys, string message)
    {
        using var node = NewNode();
        var version = new Dictionary<string, string> { ["CNI_COMMAND"] = "VERSION" };
        var known = node.Run(Path.Combine(PluginDirectory.Go, "static"), [], "", version).Stdout;
        if (keys != "{}" && known.Contains("1.1.0", StringComparison.Ordinal))
            Assert.Skip("this static is newer than Debian 12's and knows version 1.1.0");

        Call(node, "ADD", ipam, keys).FailSomehow(message);

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_operator_command_works_with_the_static_plugin()
    {
        using var node = NewNode();
        node.WriteFile("/etc/cni/net.d/10-podnet.conf", Configurations.With($$"""{"ipam": {{TwoFamilies}}}"""));
        node.Run("sh", "-ec", $"cp -a {Shell.Quote(PluginDirectory.UnderTest)}/. {PluginDirectory.Go}/static /opt/cni/bin").Succeeded();

        node.Run("/opt/cni/bin/cni-bridge", "add", "box", "pod").Succeeded();
        Assert.Equal(["10.88.0.5/24", "fd00:88::5/64"], PodAddresses(node));
        node.Run("/opt/cni/bin/cni-bridge", "check", "box", "pod").Succeeded();
        node.Run("/opt/cni/bin/cni-bridge", "del", "box", "pod").Succeeded();

        node.AssertNoResidue("pod");
    }

    static IEnumerable<string> PodAddresses(ScratchNode node) =>
        node.IpJsonInPod("pod", "address", "show", "eth0").GlobalAddresses();

    static string? Gateway(ScratchNode node, string family, string destination) =>
        Assert.Single(node.IpJsonInPod("pod", family, "route", "show", destination).EnumerateArray())
            .GetProperty("gateway").GetString();

    static RawCall Call(ScratchNode node, string verb, string ipam, string keys = "{}", string pod = "pod") =>
        RawCall.Of(node, verb, Configurations.With($$"""{"ipam": {{ipam}}}""", keys), pod).With("CNI_PATH", PluginDirectory.Go);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

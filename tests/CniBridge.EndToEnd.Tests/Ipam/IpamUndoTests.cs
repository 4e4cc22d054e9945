using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>
/// Tests of external IPAM plugins and failed attachments: the addresses are released exactly once, and nothing of the interface stays.
/// </summary>
[RunsFirst]
public sealed class IpamUndoTests
{
    const string Refused = """
        {"ips": [{"address": "10.88.0.9/24"}], "routes": [{"dst": "10.1.0.0/16", "gw": "172.16.0.1"}]}
        """;

    public static TheoryData<string, string, string> LateFailures => new()
    {
        // A route that the kernel refuses.
        { "{}", Refused, "10.1.0.0/16" },
        { """{"cniVersion": "0.2.0"}""", """
            {"ip4": {"ip": "10.88.0.9/24", "routes": [{"dst": "10.1.0.0/16", "gw": "172.16.0.1"}]}}
            """, "10.1.0.0/16" },
        // An address that the kernel refuses.
        { "{}", """{"ips": [{"address": "ff02::9/64"}]}""", "ff02::9" },
        // The node has the pod's address.
        { """{"enabledad": true}""", """{"ips": [{"address": "fd00:88::1/64", "gateway": "fd00:88::7"}]}""", "DADFAILED" },
    };

    [Theory]
    [MemberData(nameof(LateFailures))]
    public void A_failure_after_the_IPAM_call_releases_the_addresses_once(string keys, string answer, string word)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer(answer));
        var before = node.SettledSnapshot();

        Call(node, "ADD", keys).FailSomehow(word);

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(ipam.Input("ADD"), ipam.Input("DEL"));
        Assert.Contains("CNI_COMMAND=DEL", ipam.Environment("DEL"));
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    [InlineData(">&- 2>&-")]
    public void A_result_that_cannot_be_written_releases_the_addresses_once(string redirections)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var before = node.SettledSnapshot();

        var result = (Call(node, "ADD") with { Redirections = redirections }).Run();

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Fact]
    public void An_existing_interface_fails_ADD_before_the_IPAM_plugin_runs()
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        node.Run("ip", "-n", "pod", "link", "add", "eth0", "type", "bridge").Succeeded();
        var before = node.SettledSnapshot();

        Call(node, "ADD").FailSomehow("eth0", "already exists");

        Assert.Empty(ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [InlineData("""{"mtu": -1}""")]
    [InlineData("""{"bridge": "lo"}""")]
    [InlineData("""{"runtimeConfig": {"mac": "zz"}}""")]
    [InlineData("""{"hairpinMode": true, "promiscMode": true}""")]
    public void An_invalid_configuration_fails_before_the_IPAM_plugin_runs(string keys)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var before = node.SettledSnapshot();

        Call(node, "ADD", keys).Fail(7);
        Call(node, "ADD").With("CNI_NETNS", "/run/netns/missing").Fail(4);
        Call(node, "ADD").With("CNI_NETNS", "/proc/1/ns/net").Fail(8);

        Assert.Empty(ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [InlineData("exit 3")]
    [InlineData("echo 'no way back' >&2; exit 3")]
    [InlineData("echo '{\"code\": 5, \"msg\": \"no way back\"}'; exit 1")]
    [InlineData("echo garbage; kill -KILL $$")]
    public void A_failed_undo_does_not_hide_the_first_error(string undo)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("DEL", undo);
        var before = node.SettledSnapshot();

        ipam.Does("ADD", ScriptedIpam.Error(123, "not today"));
        Call(node, "ADD").Fail(123, "not today");
        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());

        ipam.Does("ADD", ScriptedIpam.Answer(Refused));
        var result = Call(node, "ADD").Run();
        Assert.Contains("10.1.0.0/16", result.Json.GetProperty("msg").GetString()!, StringComparison.Ordinal);
        Assert.Contains("rollback", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(["ADD", "DEL", "ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    // Some plugins, such as dhcp, release addresses through the interface of the request.
    [Fact]
    public void An_undo_releases_the_addresses_before_it_deletes_the_interface()
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer("""{"ips": [{"address": "ff02::9/64"}]}"""));
        ipam.Does("DEL", "ip -n pod -j link show eth0 > link");

        Call(node, "ADD").FailSomehow("ff02::9");

        Assert.Contains("\"eth0\"", ipam.Note("link"), StringComparison.Ordinal);
        node.AssertPodReaches("alive", "10.88.0.1");
    }

    [Fact]
    public void DEL_after_an_ADD_killed_during_the_IPAM_call_leaves_nothing()
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", "kill -KILL $PPID");
        var before = node.SettledSnapshot();

        var result = Call(node, "ADD").Run();
        Assert.True(result.ExitCode == 137, result.ToString());
        Call(node, "DEL").With("CNI_NETNS", null).Succeed();

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [InlineData("/run/netns/pod")]
    [InlineData("/run/netns/missing")]
    [InlineData("/run/text")]
    [InlineData("")]
    [InlineData(null)]
    public void DEL_deletes_the_interface_before_it_releases_addresses_each_time(string? path)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("DEL", "ip -n pod link show eth0 > link; ls /sys/class/net/cni0/brif > ports");
        node.WriteFile("/run/text", "text\n");
        var before = node.SettledSnapshot();
        Call(node, "ADD").Succeed();

        Call(node, "DEL").With("CNI_NETNS", path).Succeed();

        Assert.Empty(ipam.Note("link"));
        Assert.Single(ipam.Note("ports").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(path is null ? [] : [$"CNI_NETNS={path}"],
            ipam.Environment("DEL").Where(variable => variable.StartsWith("CNI_NETNS=", StringComparison.Ordinal)));
        Assert.Equal(before, node.SettledSnapshot());
        Call(node, "DEL").With("CNI_NETNS", path).Succeed();
        Assert.Equal(["ADD", "DEL", "DEL"], ipam.Calls);
    }

    [Theory]
    [InlineData("""{"mtu": -1}""")]
    [InlineData("""{"bridge": "a/b"}""")]
    [InlineData("""{"runtimeConfig": {"mac": "zz"}}""")]
    [InlineData("""{"prevResult": "none"}""")]
    public void DEL_with_an_invalid_configuration_releases_the_addresses(string keys)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        Call(node, "ADD").Succeed();

        Call(node, "DEL", keys).With("CNI_ARGS", "not;arguments").Succeed();

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
    }

    static RawCall Call(ScratchNode node, string verb, string keys = "{}") => RawCall.Of(node, verb, ScriptedIpam.Network(keys));

    /// <summary>Creates a node with a running pod of host-local. No test may affect it.</summary>
    static ScratchNode NodeWithLivingPod()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("alive");
        RawCall.Of(node, "ADD", Configurations.Plain, "alive").Succeed();
        return node;
    }
}

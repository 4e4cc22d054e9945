using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of plugin calls by root with few capabilities.</summary>
public sealed class CapabilityTests
{
    const string Network = "net_admin,+sys_admin";

    static readonly string s_bridge = Configurations.With("""
        {"cniVersion": "1.1.0", "ipMasq": true, "macspoofchk": true, "hairpinMode": true}
        """);

    const string PortMap = """
        {
          "cniVersion": "1.1.0", "name": "podnet", "type": "portmap",
          "runtimeConfig": {"portMappings": [
            {"hostPort": 8080, "containerPort": 80, "protocol": "udp"},
            {"hostIP": "127.0.0.1", "hostPort": 8081, "containerPort": 80, "protocol": "tcp"}]}
        }
        """;

    const string Loopback = """{"cniVersion": "1.1.0", "name": "lo", "type": "loopback"}""";

    // NET_ADMIN changes links, routes and rules. SYS_ADMIN enters the pod's namespace.
    [Fact]
    public void The_plugins_need_NET_ADMIN_and_SYS_ADMIN_and_nothing_else()
    {
        using var node = NewNode();

        Call(node, "STATUS", s_bridge).Succeed();
        LoopbackCall(node, "ADD").Succeed();
        var added = Call(node, "ADD", s_bridge).Succeed();
        Assert.Equal("", added.Stderr);
        PortMapCall(node, "ADD", added).Succeed();
        Assert.Contains("8080", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        Call(node, "CHECK", s_bridge).WithPrevious(added).Succeed();
        PortMapCall(node, "CHECK", added).Succeed();
        PortMapCall(node, "DEL", added).Succeed();
        Call(node, "DEL", s_bridge).Succeed();
        LoopbackCall(node, "DEL").Succeed();
        Call(node, "GC", s_bridge[..^1] + """, "cni.dev/valid-attachments": []}""").Succeed();

        node.AssertNoResidue("pod");
        Assert.DoesNotContain("8080", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net_admin")]
    [InlineData("sys_admin")]
    public void Without_one_of_the_two_capabilities_ADD_fails_and_leaves_nothing(string capability)
    {
        using var node = NewNode();

        Call(node, "ADD", s_bridge, capability).FailSomehow("operation not permitted");

        node.AssertNoResidue("pod");
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
    }

    // enabledad looks for the port of a claim with a packet socket, which needs NET_RAW.
    [Fact]
    public void Without_NET_RAW_enabledad_works_and_logs_the_missing_check()
    {
        using var node = NewNode();
        var network = Configurations.With("""{"enabledad": true}""");

        var added = Call(node, "ADD", network).Succeed();

        Assert.Contains(
            "cannot tell which port claims an address: could not open a socket: operation not permitted", added.Stderr,
            StringComparison.Ordinal);
        Assert.Equal("", (Call(node, "CHECK", network, $"{Network},+net_raw").WithPrevious(added).Succeed()).Stderr);
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("setpriv", "nft", "ping");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }

    static RawCall Call(Node node, string verb, string configuration, string capabilities = Network) =>
        RawCall.Of(node, verb, configuration) with
        {
            Wrapper = ["setpriv", "--bounding-set", $"-all,+{capabilities}", "--inh-caps", "-all", "--no-new-privs"],
        };

    static RawCall PortMapCall(Node node, string verb, CommandResult added) =>
        Call(node, verb, PortMap).WithPrevious(added) with { Plugin = "portmap" };

    static RawCall LoopbackCall(Node node, string verb) =>
        Call(node, verb, Loopback).With("CNI_IFNAME", "lo") with { Plugin = "loopback" };
}

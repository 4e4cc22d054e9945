using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of CHECK and STATUS of portmap, and of its place in a chain.</summary>
public sealed class HostPortCheckTests
{
    static readonly string s_ports = $"[{Mapping(8080, 80)}, {Mapping(53, 53, "udp", "10.88.0.1")}]";

    const string All = """{"masqAll": true}""";

    [Theory]
    [InlineData("flush ruleset", "hostport")]
    [InlineData("delete table ip6 cni-bridge", "the set ip6 cni-bridge hostport-addresses is missing")]
    [InlineData("flush table ip cni-bridge", "the rules of the chain ip cni-bridge hostport-translation")]
    [InlineData("flush chain ip cni-bridge hostport-output", "the rules of the chain ip cni-bridge hostport-output")]
    [InlineData("insert rule ip6 cni-bridge hostport-prerouting return", "the rules of the chain ip6 cni-bridge hostport-prerouting")]
    [InlineData("flush chain ip cni-bridge hostport-localhost; delete chain ip cni-bridge hostport-localhost",
        "the chain ip cni-bridge hostport-localhost is missing")]
    [InlineData("delete element ip cni-bridge hostports { tcp . 8080 }", "host port 8080/tcp of any address is missing")]
    [InlineData("delete element ip6 cni-bridge hostports { tcp . 8080 }", "host port 8080/tcp of any address is missing")]
    [InlineData("delete element ip cni-bridge hostport-addresses { udp . 10.88.0.1 . 53 }", "host port 53/udp of 10.88.0.1 is missing")]
    [InlineData("delete element ip cni-bridge hostport-senders { 127.0.0.1 . 10.88.0.2 }", "masquerading of 127.0.0.1 to 10.88.0.2")]
    [InlineData("delete element ip cni-bridge hostport-senders { 10.88.0.2 . 10.88.0.2 }", "masquerading of 10.88.0.2 to itself")]
    [InlineData("delete element ip6 cni-bridge hostport-neighbours { fd00:88::2 . cni0 }", "masquerading of cni0 to fd00:88::2")]
    [InlineData("delete element ip cni-bridge hostport-masked { 10.88.0.2 }", "masquerading of all to 10.88.0.2")]
    [InlineData("delete element ip cni-bridge hostport-localhost-links { cni0 }", "guard of 127.0.0.1 on cni0 is missing")]
    [InlineData("delete element ip cni-bridge hostports { tcp . 8080 }; " +
        "add element ip cni-bridge hostports { tcp . 8080 comment \"podnet/container-pod/eth0\" : 10.88.0.2 . 81 }", "leads elsewhere")]
    [InlineData("delete element ip cni-bridge hostports { tcp . 8080 }; " +
        "add element ip cni-bridge hostports { tcp . 8080 comment \"podnet/somebody/eth0\" : 10.88.0.2 . 80 }",
        "not of podnet/container-pod/eth0 but of podnet/somebody/eth0")]
    public void CHECK_names_any_damage(string damage, string words)
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_ports, All);
        node.Call("CHECK", "pod", s_ports, All).Succeed();
        node.Node.Run("nft", damage).Succeeded();
        node.Call("CHECK", "pod", s_ports, All).Fail(999, words);
    }

    [Fact]
    public void CHECK_reports_a_changed_setting()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_ports);
        node.Node.Run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/cni0/route_localnet").Succeeded();
        node.Call("CHECK", "pod", s_ports).Fail(999, "net.ipv4.conf.cni0.route_localnet");
    }

    [Fact]
    public void CHECK_reports_ports_that_ADD_did_not_create()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", s_ports);
        node.Call("CHECK", "other", Only(8080, 80)).Fail(999, "not of podnet/container-other/eth0 but of podnet/container-pod/eth0");
        node.Call("CHECK", "pod", Only(9090, 80)).Fail(999, "host port 9090/tcp of any address is missing");
        node.Call("CHECK", "pod", "[]").Succeed();
        node.CallWithoutResult("CHECK", "pod", s_ports).Fail(999, "Required prevResult missing");
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("delete table ip cni-bridge")]
    [InlineData("delete table ip6 cni-bridge")]
    // One list does not show all of the damage.
    [InlineData("flush chain ip cni-bridge hostport-postrouting; delete set ip cni-bridge hostport-senders")]
    public void The_next_ADD_restores_the_shared_rules(string damage)
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", s_ports);
        var rules = node.Objects("rule").Count();
        node.Node.Run("nft", damage).Succeeded();
        node.Serve("other", "tcp/80");
        node.Add("other", Only(8081, 80));
        Assert.Equal(rules, node.Objects("rule").Count());
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
        Assert.Equal("other 10.88.0.1", node.Ask(TheNode, "tcp", "127.0.0.1", 8081));
        // The repeated ADD restores the rules of the pod itself.
        node.Add("pod", s_ports);
        node.Call("CHECK", "pod", s_ports).Succeed();
    }

    [Fact]
    public void Without_mappings_the_previous_result_is_passed_on_without_nftables()
    {
        Requirement.Programs("strace");
        using var node = HostPortNode.With("pod");
        var before = node.Node.Snapshot();
        foreach (var mappings in new[] { "[]", "null" })
        {
            var call = node.Call("ADD", "pod", mappings) with { Wrapper = ["strace", "-f", "-e", "trace=socket,mkdir"] };
            var answer = call.Succeed();
            Assert.DoesNotContain("socket(", answer.Stderr, StringComparison.Ordinal);
            Assert.DoesNotContain("mkdir(", answer.Stderr, StringComparison.Ordinal);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(node.ResultOf("pod").Stdout), JsonNode.Parse(answer.Stdout)));
            node.Call("DEL", "pod", mappings).Succeed();
        }
        Assert.Equal("", node.Ruleset);
        Assert.Equal(before, node.Node.Snapshot());
        node.CallWithoutResult("ADD", "pod", s_ports).Fail(7, "must be called as chained plugin");
        node.CallWithoutResult("ADD", "pod", "[]").Fail(7, "must be called as chained plugin");
        Assert.Equal("", node.Ruleset);
    }

    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.2.0")]
    [InlineData("0.3.0")]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    [InlineData("1.1.0")]
    public void The_previous_result_of_every_version_is_read_and_passed_on(string version)
    {
        using var node = HostPortNode.Of($$"""{"cniVersion": "{{version}}"}""", "pod");
        node.Serve("pod", "tcp/80");
        var keys = $$"""{"cniVersion": "{{version}}"}""";
        var answer = node.Add("pod", Only(8080, 80), keys);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(node.ResultOf("pod").Stdout), JsonNode.Parse(answer.Stdout)), answer.ToString());
        Assert.Equal("pod 10.88.0.1", node.Ask(TheNode, "tcp", "127.0.0.1", 8080));
        node.Call("DEL", "pod", Only(8080, 80), keys).Succeed();
        node.AssertNothingLeft();
    }

    [Fact]
    public void A_pod_without_an_address_of_the_family_gets_no_host_port_and_this_is_logged()
    {
        using var node = HostPortNode.Of("""{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}""", "pod");
        var answer = node.Add("pod", $"[{Mapping(8080, 80, "tcp", "::")}]");
        Assert.Contains("no host port is set up", answer.Stderr, StringComparison.Ordinal);
        node.Call("CHECK", "pod", $"[{Mapping(8080, 80, "tcp", "::")}]").Succeed();
        node.AssertNothingLeft();
        Assert.Equal("", node.Ruleset);
    }

    [Fact]
    public void An_invalid_mapping_changes_nothing()
    {
        using var node = HostPortNode.With("pod");
        var before = node.Node.Snapshot();
        foreach (var (mappings, keys, code, words) in new[]
        {
            ("[{\"hostPort\": 0, \"containerPort\": 80}]", "{}", 7, "runtimeConfig.portMappings[0].hostPort = 0"),
            ($"[{Mapping(80, 80)}, {Mapping(81, 65536)}]", "{}", 7, "runtimeConfig.portMappings[1].containerPort = 65536"),
            ($"[{Mapping(80, 80)}, {Mapping(80, 81)}]", "{}", 7, "runtimeConfig.portMappings[1].hostPort = 80"),
            (Only(80, 80, "icmp"), "{}", 7, "runtimeConfig.portMappings[0].protocol = \"icmp\""),
            (Only(80, 80, "tcp", "localhost"), "{}", 7, "runtimeConfig.portMappings[0].hostIP = localhost"),
            (s_ports, """{"backend": "ufw"}""", 7, "unrecognized backend \"ufw\""),
            (s_ports, """{"conditionsV4": ["-s", "10.0.0.0/8"]}""", 2, "conditionsV4 = -s 10.0.0.0/8"),
            (s_ports, """{"snat": "yes"}""", 6, "snat"),
        })
        {
            node.Call("ADD", "pod", mappings, keys).Fail(code, words);
        }
        Assert.Equal("", node.Ruleset);
        node.AssertNothingLeft();
        Assert.Equal(before, node.Node.Snapshot());
    }

    [Fact]
    public void STATUS_reports_a_kernel_without_nftables()
    {
        Requirement.Programs("strace");
        using var node = HostPortNode.With();
        RawCall Status(string keys) => (RawCall.Of(node.Node, "STATUS", keys) with { Plugin = "portmap" })
            .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);
        const string good = """{"cniVersion": "1.1.0", "name": "podnet", "type": "portmap"}""";
        Assert.Empty(Status(good).Succeed().Stdout);
        Status("""{"cniVersion": "1.1.0", "name": "podnet", "type": "portmap", "backend": "x"}""").Fail(50, "backend");
        (Status(good) with
        {
            Wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=socket:error=EPROTONOSUPPORT"],
        }).Fail(50);
        Assert.Equal("", node.Ruleset);
    }

    [Fact]
    public void STATUS_reports_missing_rules_of_running_pods_until_they_are_restored()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_ports);
        string Status(string network = "podnet")
        {
            var keys = $$"""{"cniVersion": "1.1.0", "name": "{{network}}", "type": "portmap"}""";
            return (RawCall.Of(node.Node, "STATUS", keys) with { Plugin = "portmap" }).Succeed().Stderr;
        }
        Assert.Equal("", Status());
        foreach (var (damage, words) in new[]
        {
            ("flush ruleset", "missing rules of host ports (the set ip cni-bridge hostport-addresses is missing) and 4 more;"),
            ("delete element ip cni-bridge hostports { tcp . 8080 }",
                "missing host port 8080/tcp of any address of podnet/container-pod/eth0;"),
            ("flush chain ip6 cni-bridge hostport-output",
                "missing rules of host ports (the rules of the chain ip6 cni-bridge hostport-output"),
        })
        {
            node.Node.Run("nft", damage).Succeeded();
            var told = Status();
            Assert.StartsWith("some host ports of the network podnet do not work: ", told, StringComparison.Ordinal);
            Assert.Contains(words, told, StringComparison.Ordinal);
            Assert.EndsWith("; cni-bridge repair restores them\n", told, StringComparison.Ordinal);
            Assert.Equal("", Status("other"));
            node.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded();
            Assert.Equal("", Status());
        }
    }

    // The pod has addresses of both families and a port of one. No rule of the other family exists, and none is missing.
    [Fact]
    public void Repair_ignores_a_family_without_ports()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", Only(8080, 80, "tcp", "0.0.0.0"));
        var repair = node.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair");
        Assert.Equal("nothing was missing\n", repair.Succeeded().Stdout);
    }

    [Fact]
    public void The_chain_runs_only_its_plugins()
    {
        Requirement.Programs("strace");
        using var node = HostPortNode.With();
        node.Node.AddPod("pod");
        var network = Configurations.With("""{"ipMasq": true, "macspoofchk": true}""");
        var attached = Traced(RawCall.Of(node.Node, "ADD", network));
        var mapped = Traced(node.CallWithoutResult("ADD", "pod", s_ports).WithPrevious(attached));
        // CHECK queried all objects in nftables.
        var chains = node.Objects("chain").Select(chain => chain.GetProperty("name").GetString()!).ToList();
        Assert.All(["masq-", "spoof-check", "hostport-translation"],
            name => Assert.Contains(chains, chain => chain.StartsWith(name, StringComparison.Ordinal)));
        Traced(node.CallWithoutResult("DEL", "pod", s_ports).WithPrevious(mapped));
        Traced(RawCall.Of(node.Node, "DEL", network).WithPrevious(mapped));
        node.AssertNothingLeft();
    }

    /// <summary>Runs the plugin and asserts that it runs no other program.</summary>
    static CommandResult Traced(RawCall call)
    {
        var result = (call with { Wrapper = ["strace", "-f", "-e", "trace=execve,execveat"] }).Succeed();
        var program = Assert.Single(result.Stderr.Split('\n'), line => line.Contains("exec", StringComparison.Ordinal));
        Assert.StartsWith($"execve(\"{Path.Combine(PluginDirectory.UnderTest, call.Plugin)}\"", program, StringComparison.Ordinal);
        return result;
    }

    [Fact]
    public void No_other_program_is_run_and_no_ruleset_is_listed()
    {
        Requirement.Programs("strace");
        using var node = HostPortNode.With("pod", "other");
        node.Add("other", Only(8081, 80));
        foreach (var verb in new[] { "ADD", "DEL" })
        {
            var call = node.Call(verb, "pod", s_ports) with
            {
                Wrapper = ["strace", "-f", "-e", "trace=execve,execveat,fork,vfork,nanosleep,clock_nanosleep,sendto"],
            };
            var calls = call.Succeed().Stderr.Split('\n').Where(line => line.Contains('(', StringComparison.Ordinal)).ToList();
            Assert.Single(calls, line => line.Contains("exec", StringComparison.Ordinal));
            // Connections are listed if the namespace has any, and a pod that starts may send a packet at any time.
            Assert.All(calls.Where(line => !line.Contains("NFNL_SUBSYS_CTNETLINK", StringComparison.Ordinal)),
                line => Assert.DoesNotContain("NLM_F_DUMP", line, StringComparison.Ordinal));
            Assert.Contains(calls, line => line.Contains("sendto", StringComparison.Ordinal));
        }
    }
}
